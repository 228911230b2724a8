"""Serve build/site as a static host does, and let Lighthouse look at one page of each kind: laptop, then phone."""

import json
import os
import sys
from pathlib import Path
from statistics import median_low

from website import npm
from website.audit.browser import needed_browser
from website.audit.static_host import serving
from website.paths import SITE

_HERE = Path(__file__).parent
KINDS = {
    "landing": "",
    "lesson": "learn/one-side-or-two/",
    "lesson, long": "learn/thresholds/",
    "lab": "labs/dense/",
    "story": "labs/stories/exactly-one-third/",
    "how-to": "howto/check-my-network/",
    "playground": "playground/",
    "gallery": "gallery/v_curve/",
    "reference": "reference/api/",
    "questions": "reference/questions-failed/",
    "about": "about/benchmarks/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
RUNS = 3  # the median of them: on a machine that others use too, performance moves by ten from one run to the next


def scores(folder: Path, address: str, phone: bool) -> list[int]:
    """Lighthouse's four scores of one page."""
    answer = folder / "answer.json"
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
    command = ["lighthouse", address, "--quiet", "--output=json", f"--output-path={answer}"]
    command += [f"--chrome-flags={flags}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", *([] if phone else ["--preset=desktop"])]
    npm.run("npm", folder, "exec", "--", *command)
    found = json.loads(answer.read_text(encoding="utf-8"))
    for audit in found["audits"].values():
        if audit["score"] == 0 and audit["scoreDisplayMode"] == "binary":
            print(f"    {audit['id']}: {audit['title']}")
    return [round(100 * (found["categories"][category]["score"] or 0)) for category in CATEGORIES]


def main(only: list[str]) -> None:
    """All kinds of pages, or those that are named."""
    os.environ["CHROME_PATH"] = needed_browser()
    sources = (_HERE / "package.json", _HERE / "package-lock.json")
    folder = npm.once("lighthouse", sources, lambda draft: npm.install(draft, sources))
    print("performance, accessibility, best practices, SEO")
    with serving(SITE) as origin:
        for kind, address in KINDS.items():
            if not only or kind in only:
                for phone in (False, True):
                    runs = [scores(folder, origin + address, phone) for _ in range(RUNS)]
                    found = [median_low(score) for score in zip(*runs, strict=True)]
                    print(f"{kind:13} {'phone ' if phone else 'laptop'}", *found, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
