"""All motifs, by the name that the rule in `demo.drawings.naming` calls them."""

from demo.drawings.motifs import animals, feasts, garden, home, house, lights, paper, tea, toys, wear

MOTIFS: dict[str, str] = {
    **tea.MOTIFS,
    **lights.MOTIFS,
    **home.MOTIFS,
    **house.MOTIFS,
    **wear.MOTIFS,
    **toys.MOTIFS,
    **paper.MOTIFS,
    **garden.MOTIFS,
    **animals.MOTIFS,
    **feasts.MOTIFS,
}
