"""FORMAT_MODULE_PATH: formats of dates and times by language, where Django's own are not what the shop shows."""
