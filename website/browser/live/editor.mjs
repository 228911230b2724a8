// The editor, loaded on the first Edit. Tab leaves it, as everywhere on the page; Escape goes back to the buttons.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap } from "@codemirror/view";
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
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
  });
}
