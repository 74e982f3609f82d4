import type { RouteOutput, Routes } from '@tollkeeper/contract';

export interface AcceptStepProps {
  readonly token: string;
  readonly invitation: RouteOutput<Routes['findInvitation']>;
  readonly onAccepted: (organizationId: string) => Promise<void>;
}
