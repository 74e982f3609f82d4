import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import type { Policy, PolicyVersion } from '@tollkeeper/contract';
import { useId, useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { ConfirmDialog } from '../../../components/forms/form-dialog.tsx';
import { LoadError } from '../../../components/notice.tsx';
import { Skeleton } from '../../../components/page.tsx';
import { Panel } from '../../../components/panel.tsx';
import { TextDiff } from '../../../components/text-diff.tsx';
import { TimeAgo } from '../../../components/time-ago.tsx';
import { authorWords } from '../policy-words.tsx';
import { restorePolicyMutation, versionsQuery } from '../queries.ts';
import { usePermissions } from '../use-permissions.ts';

/** Every text that the policy has had, the newest first. */
export function PolicyVersions({ policy }: { readonly policy: Policy }) {
  const query = useInfiniteQuery(versionsQuery(policy.id));
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const [restoring, setRestoring] = useState<PolicyVersion>();
  const { mayEdit } = usePermissions(policy);
  const versions = data?.pages.flatMap((page) => page.data);
  // The last one is shown with the page of the one before it, from which it differs.
  const shown = hasNextPage ? versions?.slice(0, -1) : versions;
  return (
    <Panel title="Versions">
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the versions" error={error} onRetry={refetch} />
        </div>
      ) : null}
      {data || error ? null : (
        <p aria-busy className="px-5 pt-1 pb-4">
          <Skeleton className="w-full" />
        </p>
      )}
      <ol className="divide-y divide-line">
        {shown?.map((version, index) => (
          <VersionRow
            key={version.number}
            version={version}
            before={versions?.[index + 1]}
            isCurrent={version.number === policy.version}
            onRestore={
              mayEdit && version.number !== policy.version ? () => setRestoring(version) : undefined
            }
          />
        ))}
      </ol>
      {hasNextPage ? (
        <p className="border-line border-t px-5 py-2.5">
          <Button size="small" pending={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Show older versions
          </Button>
        </p>
      ) : null}
      {restoring ? (
        <RestoreDialog
          policy={policy}
          version={restoring}
          onClose={() => setRestoring(undefined)}
        />
      ) : null}
    </Panel>
  );
}

/** Where the page shows the version, for links to it. */
export function versionAnchor(number: number): string {
  return `version-${number}`;
}

interface VersionRowProps {
  readonly version: PolicyVersion;
  readonly before: PolicyVersion | undefined;
  readonly isCurrent: boolean;
  readonly onRestore: (() => void) | undefined;
}

function VersionRow({ version, before, isCurrent, onRestore }: VersionRowProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const { number, text, createdAt, restoredFrom } = version;
  return (
    <li id={versionAnchor(number)} className="scroll-mt-20 px-5 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-40 flex-1">
          <p className="font-medium">
            Version {number}
            {isCurrent ? <span className="ml-2 font-normal text-soft">current</span> : null}
          </p>
          <p className="text-[0.8125rem] text-soft [overflow-wrap:anywhere]">
            {authorWords(version)}, <TimeAgo at={createdAt} />
            {restoredFrom === null ? null : `, restored from version ${restoredFrom}`}
          </p>
        </div>
        <Button
          size="small"
          look="quiet"
          aria-expanded={open}
          aria-controls={id}
          aria-label={`${open ? 'Hide' : 'Show'} changes of version ${number}`}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Hide changes' : 'Show changes'}
        </Button>
        {onRestore ? (
          <Button size="small" aria-label={`Restore version ${number}`} onClick={onRestore}>
            Restore
          </Button>
        ) : null}
      </div>
      <div id={id} className="mt-2 empty:hidden">
        {open ? (
          <TextDiff label={`Changes of version ${number}`} from={before?.text ?? ''} to={text} />
        ) : null}
      </div>
    </li>
  );
}

interface RestoreDialogProps {
  readonly policy: Policy;
  readonly version: PolicyVersion;
  readonly onClose: () => void;
}

function RestoreDialog({ policy, version: { number, text }, onClose }: RestoreDialogProps) {
  const restore = useMutation(restorePolicyMutation);
  return (
    <ConfirmDialog
      title={`Restore version ${number}?`}
      description="Its text is saved as a new version. The versions after it stay."
      confirmLabel={`Restore version ${number}`}
      onConfirm={() =>
        restore.mutateAsync({
          params: { id: policy.id },
          body: { version: number, etag: policy.etag },
        })
      }
      done={`Restored version ${number}`}
      onClose={onClose}
    >
      <TextDiff label="What changes" from={policy.text} to={text} />
    </ConfirmDialog>
  );
}
