"""`overflowing`: what a reader with a narrow window or large text would have to scroll sideways for, or cannot read.

Rule: WCAG 2.2, 1.4.10 (320 CSS pixels) and 1.4.4 (text of twice the size).
"""

from playwright.sync_api import Page

# Width of the window in CSS pixels, and the size of text in per cent of the browser's.
SIZES = [(320, 100), (390, 200), (1280, 200)]
# A field scrolls what is typed. On a phone the row of chips is scrolled, and a long user name is cut.
_MAY_SCROLL = "input, textarea, select, svg *, .skip, .categories, .categories *, .who, .who *"
# The innermost elements that reach out of the window, whose text is wider than their own box, or is in so narrow a
# column that each line has a letter or two.
_FIND = """(mayScroll) => {
  const isWide = document.documentElement.scrollWidth > innerWidth;
  const isOut = (one) => isWide && one.getBoundingClientRect().right > innerWidth + 1;
  const isCut = (one) => {
    const style = getComputedStyle(one);
    const isOnlyHeard = style.clipPath === "inset(50%)";
    return style.display !== "inline" && !isOnlyHeard && one.scrollWidth > one.clientWidth + 1;
  };
  const isShredded = (one) => {
    const style = getComputedStyle(one);
    const own = [...one.childNodes].filter((child) => child.nodeType === 3).map((child) => child.textContent.trim());
    return style.display !== "inline" && own.join("").length > 6 && one.clientWidth < 2 * parseFloat(style.fontSize)
      && style.clipPath !== "inset(50%)";
  };
  const named = (one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 30)}`;
  const found = [...document.querySelectorAll("body *")]
    .filter((one) => !one.matches(mayScroll) && one.checkVisibility() && (isOut(one) || isCut(one) || isShredded(one)));
  return found.filter((one) => !found.some((other) => other !== one && one.contains(other)))
    .map((one) => `${named(one)} (${one.scrollWidth} in ${one.clientWidth})`);
}"""


def overflowing(page: Page) -> list[str]:
    """What does not fit, at each of `SIZES`. Text grows with the root's font size: all of the style sheet is in rem."""
    found = []
    for width, text in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{text}%")
        found += [f"{page.url} {width} px, text {text} %: {one}" for one in page.evaluate(_FIND, _MAY_SCROLL)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found
