"""Programs that run, back up, test and document the shop. The shop itself imports none of them."""
