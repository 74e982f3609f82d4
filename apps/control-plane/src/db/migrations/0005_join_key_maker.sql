ALTER TABLE "join_key" ADD COLUMN "api_key_id" text;--> statement-breakpoint
UPDATE "join_key" SET "api_key_id" = "audit_event"."actor" ->> 'keyId'
FROM "audit_event"
WHERE "audit_event"."organization_id" = "join_key"."organization_id"
  AND "audit_event"."action" = 'join_key.create'
  AND "audit_event"."target" ->> 'id' = "join_key"."id";
