CREATE INDEX "audit_event_changed_access_index" ON "audit_event" USING btree ("organization_id",coalesce("actor" ->> 'keyId', "actor" ->> 'memberId')) WHERE "audit_event"."action" in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update');--> statement-breakpoint
UPDATE "api_key" SET "leads_on" = true
FROM "audit_event"
WHERE "api_key"."organization_id" = "audit_event"."organization_id"
  AND "api_key"."id" = coalesce("audit_event"."actor" ->> 'keyId', "audit_event"."actor" ->> 'memberId')
  AND "audit_event"."action" in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update');
