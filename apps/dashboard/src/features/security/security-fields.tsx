import { AllowedIpsField } from '../../components/allowed-ips-field.tsx';
import { CheckRow } from '../../components/check-row.tsx';
import { LineField } from '../../components/line-field.tsx';
import { DAYS_RULE, parseDays } from '../../lib/parse-days.ts';
import { parseHours, type SecurityDraft } from './security-draft.ts';

interface SecurityFieldsProps {
  readonly draft: SecurityDraft;
  readonly errors: { readonly [K in keyof SecurityDraft]?: string };
  readonly onChange: (part: Partial<SecurityDraft>) => void;
}

export function SecurityFields({ draft, errors, onChange }: SecurityFieldsProps) {
  return (
    <>
      <LineField
        label="Longest lifetime of a key, in days"
        hint="Counted from its creation. Leave empty for no limit."
        inputMode="numeric"
        className="max-w-32"
        error={dayError(draft.keyLifetimeDaysMax) ?? errors.keyLifetimeDaysMax}
        value={draft.keyLifetimeDaysMax}
        onValue={(keyLifetimeDaysMax) => onChange({ keyLifetimeDaysMax })}
      />
      <LineField
        label="Disable keys unused for, in days"
        hint="A daily job disables them. Where mail is configured, it warns their owners first. Leave empty to keep unused keys."
        inputMode="numeric"
        className="max-w-32"
        error={dayError(draft.keyUnusedDaysMax) ?? errors.keyUnusedDaysMax}
        value={draft.keyUnusedDaysMax}
        onValue={(keyUnusedDaysMax) => onChange({ keyUnusedDaysMax })}
      />
      <AllowedIpsField
        ranges={draft.allowedIps}
        hint="Keys and sessions are accepted, and gateways may join, only from these addresses. Gateways that have already joined stay connected. Leave empty for any address."
        error={errors.allowedIps}
        onRanges={(allowedIps) => onChange({ allowedIps })}
      />
      <CheckRow
        label="Require a second factor"
        hint="Members without an authenticator app or a passkey can only set one up."
        checked={draft.twoFactorRequired}
        error={errors.twoFactorRequired}
        onCheck={(twoFactorRequired) => onChange({ twoFactorRequired })}
      />
      <LineField
        label="Sessions end after, in hours"
        hint="Counted from sign-in, 1 to 720."
        inputMode="numeric"
        className="max-w-32"
        error={hourError(draft.sessionHoursMax) ?? errors.sessionHoursMax}
        value={draft.sessionHoursMax}
        onValue={(sessionHoursMax) => onChange({ sessionHoursMax })}
      />
    </>
  );
}

function dayError(text: string): string | undefined {
  return parseDays(text) === undefined ? DAYS_RULE : undefined;
}

function hourError(text: string): string | undefined {
  return parseHours(text) === undefined ? 'Use a whole number of hours, 1 to 720.' : undefined;
}
