"""An optional app to show the shop. Without it (SHOP_DEMO=false) the shop sells in the same way.

`invoices` derives a catalogue from the log of a real retailer. `categories` gives its products a category. `pictures`
and `drawings` draw them. `testbank` is a payment provider without money. The commands
`create_demo_staff` and `create_demo_producer` make users, and a producer of the goods.
The app uses orders, inventory and core; only the settings name it.
"""

from pathlib import Path

CATALOGUE_FILE = Path(__file__).parent / "data" / "catalogue.csv"
