import { LineField } from '../../../components/forms/line-field.tsx';
import type { bodyPartsOf, SimulatedCall } from './simulated-call.ts';

/** Of a model, a method of MCP or a tool. */
const BODY_TEXT_MAX = 1024;

interface BodyFieldsProps {
  readonly call: SimulatedCall;
  readonly shown: ReturnType<typeof bodyPartsOf>;
  readonly errors: { readonly model?: string; readonly mcp?: string };
  readonly onCall: (part: Partial<SimulatedCall>) => void;
}

/** What policies can ask about the body of a call, on routes that inspect bodies. */
export function BodyFields({ call, shown, errors, onCall }: BodyFieldsProps) {
  return (
    <>
      {shown.model ? (
        <LineField
          label="Model"
          hint="Optional. For policies that ask for context.model."
          placeholder="gpt-5"
          lengthMax={BODY_TEXT_MAX}
          spellCheck={false}
          error={errors.model}
          value={call.model}
          onValue={(model) => onCall({ model })}
        />
      ) : null}
      {shown.mcp ? (
        <>
          <LineField
            label="MCP method"
            hint="Optional. For policies that ask for context.mcp."
            placeholder="tools/call"
            lengthMax={BODY_TEXT_MAX}
            spellCheck={false}
            error={errors.mcp}
            value={call.mcpMethod}
            onValue={(mcpMethod) => onCall({ mcpMethod })}
          />
          <LineField
            label="MCP tool"
            hint="Optional. Name of the tool that is called."
            placeholder="search"
            lengthMax={BODY_TEXT_MAX}
            spellCheck={false}
            error={undefined}
            value={call.mcpTool}
            onValue={(mcpTool) => onCall({ mcpTool })}
          />
        </>
      ) : null}
    </>
  );
}
