"""What a page may load and run, written into the page: a content security policy that any host can serve."""

import base64
import hashlib
import re

_INLINE = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", re.S)
_CHARSET = '<meta charset="utf-8">'


def with_policy(page_html: str) -> str:
    """The page with its policy: nothing from elsewhere, no eval, and of inline scripts only those it has now."""
    if _CHARSET not in page_html:
        raise ValueError("the theme's head has changed: where does the policy belong?")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{of(page_html)}">'
    return page_html.replace(_CHARSET, _CHARSET + policy, 1)


def of(page_html: str) -> str:
    """The policy of one page. Python in the worker is WebAssembly; formulas and figures carry styles of their own.

    A worker that is made of a blob has this policy too; one that is made of an address would have none.
    """
    digests = dict.fromkeys(map(_digest, _INLINE.findall(page_html)))
    allowed = " ".join(["'self'", "'wasm-unsafe-eval'", *(f"'sha256-{digest}'" for digest in digests)])
    return (
        f"default-src 'self'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
