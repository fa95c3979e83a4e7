"""An optional app: all that is only for showing the shop. Without it (SHOP_DEMO=false) the shop sells as before.

`invoices` derives a catalogue from the log of a real retailer, `categories` sorts it, `pictures` and `drawings` draw
it, `testbank` takes orders without money; the command `create_demo_staff` makes users. It uses orders, inventory and
core, and is named by the settings alone.
"""

from pathlib import Path

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.csv"
