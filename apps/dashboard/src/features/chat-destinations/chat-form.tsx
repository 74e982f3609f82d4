import {
  CHAT_SERVICE_TITLES,
  CHAT_SERVICES,
  type ChatService,
  channelKind,
  NOTIFICATION_KIND_NAMES,
  type NotificationKind,
  notificationKind,
} from '@tollkeeper/contract';
import { Button } from '../../components/button.tsx';
import { CheckRow, ChoiceChips } from '../../components/forms/choices.tsx';
import { FieldGroup } from '../../components/forms/field.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { useIdentity } from '../sessions/index.ts';

export interface ChatDraft {
  readonly name: string;
  readonly service: ChatService;
  /** Empty keeps the one that is stored. */
  readonly url: string;
  readonly kinds: ReadonlySet<NotificationKind>;
}

export const CHAT_FIELDS = ['name', 'service', 'url', 'kinds'] as const;

const SERVICES = CHAT_SERVICES.map((value) => ({ value, label: CHAT_SERVICE_TITLES[value] }));

const URL_HINTS: Readonly<Record<ChatService, string>> = {
  slack: 'Create an incoming webhook in Slack, and copy its URL here.',
  teams:
    'In Teams, add the workflow "Post to a channel when a webhook request is received", and copy its URL here.',
};

const PLACEHOLDERS: Readonly<Record<ChatService, string>> = {
  slack: 'https://hooks.slack.com/services/…',
  teams: 'https://….logic.azure.com/workflows/…',
};

interface ChatFieldsProps {
  readonly draft: ChatDraft;
  readonly errors: Partial<Record<(typeof CHAT_FIELDS)[number], string>>;
  /** The host of the URL that is stored; absent for a new destination. */
  readonly host?: string;
  readonly onDraft: (part: Partial<ChatDraft>) => void;
}

export function ChatFields({ draft, errors, host, onDraft }: ChatFieldsProps) {
  const keeps = `Leave empty to keep the present URL, at ${host}.`;
  return (
    <>
      <LineField
        label="Name"
        lengthMax={64}
        placeholder="#security"
        error={errors.name}
        value={draft.name}
        onValue={(name) => onDraft({ name })}
      />
      {host === undefined ? (
        <FieldGroup label="Service" error={errors.service}>
          <ChoiceChips
            name="service"
            value={draft.service}
            choices={SERVICES}
            onChoose={(service) => onDraft({ service })}
          />
        </FieldGroup>
      ) : null}
      <LineField
        label="URL"
        type="password"
        autoComplete="off"
        hint={host === undefined ? `${URL_HINTS[draft.service]} It is never shown again.` : keeps}
        placeholder={PLACEHOLDERS[draft.service]}
        spellCheck={false}
        error={errors.url}
        value={draft.url}
        onValue={(url) => onDraft({ url })}
      />
      <KindPicker
        selected={draft.kinds}
        error={errors.kinds}
        onSelect={(kinds) => onDraft({ kinds })}
      />
    </>
  );
}

interface KindPickerProps {
  readonly selected: ReadonlySet<NotificationKind>;
  readonly error: string | undefined;
  readonly onSelect: (kinds: ReadonlySet<NotificationKind>) => void;
}

function KindPicker({ selected, error, onSelect }: KindPickerProps) {
  const offered = useOfferedKinds(selected);
  return (
    <FieldGroup label="Notifications" error={error}>
      <div className="mb-2 flex flex-wrap gap-2">
        <Button size="small" onClick={() => onSelect(new Set(offered))}>
          Choose all
        </Button>
        <Button
          size="small"
          onClick={() =>
            onSelect(new Set(offered.filter((kind) => notificationKind(kind).isSecurity)))
          }
        >
          Choose security
        </Button>
      </div>
      <div className="flex flex-col gap-3">
        {offered.map((kind) => {
          const { title, description } = channelKind(kind);
          return (
            <CheckRow
              key={kind}
              label={title}
              hint={`${description}.`}
              checked={selected.has(kind)}
              onCheck={(isChosen) => {
                const others = [...selected].filter((each) => each !== kind);
                onSelect(new Set(isChosen ? [...others, kind] : others));
              }}
            />
          );
        })}
      </div>
    </FieldGroup>
  );
}

/** Those that the person may send elsewhere, as they could see the same; and those that were chosen before. */
function useOfferedKinds(chosen: ReadonlySet<NotificationKind>): readonly NotificationKind[] {
  const { scopes } = useIdentity();
  const held = new Set<string>(scopes);
  return NOTIFICATION_KIND_NAMES.filter((kind) => {
    const { scopes: needed, ownerScopes = [] } = notificationKind(kind);
    const all = needed ?? [...ownerScopes, 'api_keys.manage_all'];
    return chosen.has(kind) || all.every((scope) => held.has(scope));
  });
}

export function blockedWords({ name, url, kinds }: ChatDraft, isNew: boolean): string | undefined {
  if (name.trim() === '') return 'Enter a name.';
  if (isNew && url.trim() === '') return 'Enter a URL.';
  return kinds.size === 0 ? 'Choose notifications.' : undefined;
}
