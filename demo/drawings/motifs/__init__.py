"""`MOTIFS`: all motifs, by the name that the rule in `demo.drawings.naming` calls them."""

from demo.drawings.motifs import feasts, home, nature, play, tea

MOTIFS: dict[str, str] = {**tea.MOTIFS, **home.MOTIFS, **play.MOTIFS, **nature.MOTIFS, **feasts.MOTIFS}
