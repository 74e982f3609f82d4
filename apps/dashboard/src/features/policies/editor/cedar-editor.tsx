import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, linter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState, type Extension, type Text } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { useStable } from '../../../lib/hooks.ts';
import { cedarHighlight, cedarLanguage } from './cedar-language.ts';
import { parseCedarSchema } from './cedar-schema.ts';
import { completeCedar } from './complete-cedar.ts';
import { editorTheme } from './editor-theme.ts';
import { type Finding, rangeOf } from './policy-findings.ts';
import { type Checked, hasErrors } from './use-validation.ts';

export interface CedarEditorProps {
  readonly text: string;
  readonly checked: Checked;
  /** Names what can be completed; without it, there is no completion. */
  readonly schema: string | undefined;
  readonly readOnly: boolean;
  readonly labelledBy: string;
  readonly describedBy: string;
  readonly onText: (text: string) => void;
}

/**
 * A text field for Cedar. Tab leaves it, as it leaves every other field. Its styles come from the
 * library at run time, which the pages' content security policy already admits for elements.
 */
export default function CedarEditor(props: CedarEditorProps) {
  const { text, checked, schema, readOnly, labelledBy, describedBy } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const opened = useRef(text);
  const changing = useRef({ completion: new Compartment(), attributes: new Compartment() });
  const onText = useStable(props.onText);

  useEffect(() => {
    const { completion, attributes } = changing.current;
    const editor = new EditorView({
      parent: place.current ?? document.body,
      doc: opened.current,
      extensions: [
        BASE,
        completion.of([]),
        attributes.of([]),
        EditorView.updateListener.of((update) => {
          const isTyped = !update.transactions.some((each) => each.annotation(given));
          if (update.docChanged && isTyped) onText(update.state.doc.toString());
        }),
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, [onText]);

  useEffect(() => {
    const { current: editor } = view;
    if (!editor || editor.state.doc.eq(editor.state.toText(text))) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: text },
      annotations: given.of(true),
    });
  }, [text]);

  const isInvalid = hasErrors(checked);
  useEffect(() => {
    const { attributes } = changing.current;
    const extension: Extension = [
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({
        'aria-labelledby': labelledBy,
        'aria-describedby': describedBy,
        'aria-invalid': String(isInvalid),
        'aria-readonly': String(readOnly),
        spellcheck: 'false',
      }),
    ];
    view.current?.dispatch({ effects: attributes.reconfigure(extension) });
  }, [readOnly, labelledBy, describedBy, isInvalid]);

  useEffect(() => {
    const { completion } = changing.current;
    const extension = schema === undefined || readOnly ? [] : completeBy(schema);
    view.current?.dispatch({ effects: completion.reconfigure(extension) });
  }, [schema, readOnly]);

  const { findings, isCurrent } = checked;
  useEffect(() => {
    const { current: editor } = view;
    // What belongs to another text moves along with what is typed, until the answer for this one.
    if (!editor || !isCurrent) return;
    editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor.state.doc, findings)));
  }, [findings, isCurrent]);

  return <div ref={place} />;
}

/** On a text that came from outside, as it is: the editor would only say it back with other line ends. */
const given = Annotation.define<boolean>();

const BASE: Extension = [
  lineNumbers(),
  history(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  cedarLanguage,
  syntaxHighlighting(cedarHighlight),
  linter(null),
  EditorView.lineWrapping,
  editorTheme,
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...lintKeymap,
    ...historyKeymap,
    ...defaultKeymap,
  ]),
];

function completeBy(schema: string): Extension {
  return autocompletion({
    override: [completeCedar(parseCedarSchema(schema))],
    icons: false,
  });
}

function diagnosticsOf(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  const text = doc.toString();
  return findings.map((finding) => ({
    ...rangeOf(text, finding),
    severity: finding.severity,
    message: finding.message,
  }));
}
