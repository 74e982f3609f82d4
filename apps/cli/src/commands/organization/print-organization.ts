import type { RouteOutput, Routes } from '@tollkeeper/contract';
import { printFields } from '../../output.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeAndExact } from '../../text/relative-time.ts';

type Organization = RouteOutput<Routes['getOrganization']>;

export function printOrganization(io: Surroundings, organization: Organization): void {
  const { name, id, slug, plan, defaultExpiryDays, createdAt } = organization;
  printFields(io, [
    ['Name', name],
    ['Id', id],
    ['Slug', slug],
    ['Plan', plan],
    ['New keys expire', defaultExpiryDays === null ? 'never' : `after ${defaultExpiryDays} days`],
    ['Created', relativeAndExact(createdAt, io.now())],
  ]);
}
