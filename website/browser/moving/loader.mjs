// <moving-picture>, and <guess-first> before an output: when it comes into view, its module is loaded; when the reader leaves the page, all of it is undone.
class MovingPicture extends HTMLElement {
  connectedCallback() {
    this.stay = new AbortController();
    const { signal } = this.stay;
    const eye = new IntersectionObserver(
      async (seen) => {
        if (!seen.some((entry) => entry.isIntersecting)) return;
        eye.disconnect();
        const picture = await import(new URL(`${this.getAttribute("name") ?? "guess"}.js`, import.meta.url)).catch(
          () => {},
        ); // then the static one stays
        if (!signal.aborted) picture?.mount(this, signal);
      },
      { rootMargin: "120px" },
    );
    eye.observe(this);
    signal.addEventListener("abort", () => eye.disconnect());
  }

  disconnectedCallback() {
    this.stay.abort();
  }
}

/** It has the height of its form at once: what comes later would push the page away from under a finger. */
class GuessFirst extends MovingPicture {
  connectedCallback() {
    const row = document.createElement("div"),
      choices = this.dataset.choices?.split("|");
    row.className = "guess-form moving-controls guess-later";
    row.inert = true;
    if (!choices) row.append(document.createElement("input"));
    for (const words of choices ?? ["Guess"]) {
      const button = document.createElement("button");
      button.className = "moving-button";
      button.textContent = words;
      row.append(button);
    }
    row.append(document.createElement("span")); // of what will be said
    if (!this.querySelector(".guess-form")) this.append(row);
    super.connectedCallback();
  }
}

if (!customElements.get("moving-picture")) {
  customElements.define("moving-picture", MovingPicture);
  customElements.define("guess-first", GuessFirst);
}
