DROP INDEX "audit_event_changed_access_index";--> statement-breakpoint
CREATE INDEX "audit_event_changed_access_index" ON "audit_event" USING btree ("organization_id",coalesce("actor" ->> 'keyId', "actor" ->> 'memberId')) WHERE "audit_event"."action" in ('member.update', 'member.suspend', 'member.reinstate', 'role.create', 'role.update', 'policy.create', 'policy.update', 'policy.restore', 'policy.enable', 'policy.disable', 'webhook_endpoint.update', 'webhook_endpoint.rotate_secret', 'webhook_endpoint.enable', 'webhook_endpoint.disable');--> statement-breakpoint
UPDATE "idempotency" SET "answer" = "idempotency"."answer" || jsonb_build_object(
  'createdBy', jsonb_build_object('memberId', "member"."id", 'name', "user"."name", 'email', "user"."email"),
  'createdByKey', CASE WHEN "webhook_endpoint"."created_by_key_id" IS NOT NULL
    THEN jsonb_build_object('id', "webhook_endpoint"."created_by_key_id", 'name', "api_key"."name") END)
FROM "webhook_endpoint"
JOIN "member" ON "member"."id" = "webhook_endpoint"."member_id"
JOIN "user" ON "user"."id" = "member"."user_id"
LEFT JOIN "api_key" ON "api_key"."id" = "webhook_endpoint"."created_by_key_id"
WHERE "webhook_endpoint"."organization_id" = "idempotency"."organization_id"
  AND "webhook_endpoint"."id" = "idempotency"."answer" ->> 'id';
