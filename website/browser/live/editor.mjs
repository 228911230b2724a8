// The editor, loaded on the first Edit. Tab leaves it, as everywhere on the page; Escape goes back to the buttons.
import { defaultKeymap, history, historyKeymap, isolateHistory, redo, undo } from "@codemirror/commands";
import { python, pythonLanguage } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

export function open({ code, run, leave, changed }) {
  const taken = (act) => () => {
    act();
    return true; // no other command of the editor gets this key
  };
  const keys = [
    { key: "Mod-Enter", run: taken(run) },
    { key: "Escape", run: taken(leave) },
    ...defaultKeymap,
    ...historyKeymap,
  ];
  return new EditorView({
    state: EditorState.create({
      doc: code.replace(/\n$/, ""),
      extensions: [
        keymap.of(keys),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        python(),
        indentUnit.of("    "),
        syntaxHighlighting(classHighlighter),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": "Python code. Control Enter runs it, Escape leaves it.",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          const undone = update.transactions.some((one) => one.isUserEvent("undo") || one.isUserEvent("redo"));
          if (update.docChanged) changed(update.state.doc.toString(), undone);
        }),
      ],
    }),
  });
}

export { redo, undo };

/** Numbers before the lines, as they stand elsewhere on the page: the first has that which `first` gives. */
export function numbered(view, first) {
  view.dispatch({
    effects: StateEffect.appendConfig.of(lineNumbers({ formatNumber: (n) => String(n - 1 + first()) })),
  });
}

/** Other code, as if it had been typed at once: undo brings back all that was there. */
export function replace(view, code) {
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: code },
    annotations: isolateHistory.of("full"),
  });
}

// What is called within these is called later, or with names that are gone at the end.
const WITHIN = /^(Function|Class)Definition$|^Lambda|^(For|While|If|Try)Statement$|Comprehension/;

/** The calls that code makes at its top level, in order: {name: "gradlab.check_gradients", args: "(cost, params)"}. */
export function calls(code) {
  const found = [],
    text = ({ from, to }) => code.slice(from, to);
  pythonLanguage.parser.parse(code).iterate({
    enter({ name, node }) {
      if (WITHIN.test(name)) return false;
      const args = name === "CallExpression" && node.getChild("ArgList");
      if (args) found.push({ name: text(node.firstChild), args: text(args) });
    },
  });
  return found;
}
