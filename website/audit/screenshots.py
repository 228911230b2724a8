"""Pictures of every page, light and dark, wide and narrow, in build/screenshots: to be looked at."""

import shutil
import sys
from itertools import product

from website.audit.browser import addresses, browser, needed_browser, url, visit
from website.paths import SITE

PICTURES = SITE.with_name("screenshots")
WIDTHS = {"wide": 1280, "narrow": 360}


def main(only: list[str]) -> None:
    """Take the pictures; of the pages whose addresses contain one of these words, or of all."""
    path = needed_browser()  # before the last pictures go
    shutil.rmtree(PICTURES, ignore_errors=True)
    pages = [address for address in addresses(SITE) if not only or any(word in address for word in only)]
    with browser(path, SITE) as opened:
        for scheme, (name, width) in product(("light", "dark"), WIDTHS.items()):
            folder = PICTURES / f"{name}-{scheme}"
            folder.mkdir(parents=True)
            with visit(opened, viewport={"width": width, "height": 900}, color_scheme=scheme) as visitor:
                page = visitor.open()
                for address in pages:
                    page.goto(url(address))
                    page.evaluate("document.fonts.ready")
                    file = address.strip("/").replace("/", "-").removesuffix(".html") or "index"
                    page.screenshot(path=folder / f"{file}.png", full_page=True)
            print(f"{len(pages)} pages, {name}, {scheme}: {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
