CREATE TABLE "deleted_key" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"created_by_key_id" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "requested_expires_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "created_by_key_id" text;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "disabled_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "disabled_by" jsonb;--> statement-breakpoint
ALTER TABLE "invitation" ADD COLUMN "created_by_key_id" text;--> statement-breakpoint
ALTER TABLE "deleted_key" ADD CONSTRAINT "deleted_key_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deleted_key_organization_id_created_by_key_id_index" ON "deleted_key" USING btree ("organization_id","created_by_key_id");--> statement-breakpoint
CREATE INDEX "api_key_organization_id_created_by_key_id_index" ON "api_key" USING btree ("organization_id","created_by_key_id") WHERE "api_key"."created_by_key_id" is not null;--> statement-breakpoint
CREATE INDEX "join_key_organization_id_api_key_id_index" ON "join_key" USING btree ("organization_id","api_key_id") WHERE "join_key"."api_key_id" is not null;--> statement-breakpoint
CREATE INDEX "invitation_organization_id_created_by_key_id_index" ON "invitation" USING btree ("organization_id","created_by_key_id") WHERE "invitation"."created_by_key_id" is not null;--> statement-breakpoint
UPDATE "api_key" SET "requested_expires_at" = "expires_at";--> statement-breakpoint
UPDATE "api_key" SET "created_by_key_id" = "audit_event"."actor" ->> 'keyId'
FROM "audit_event"
WHERE "audit_event"."organization_id" = "api_key"."organization_id"
  AND "audit_event"."action" = 'api_key.create'
  AND "audit_event"."target" ->> 'id' = "api_key"."id";--> statement-breakpoint
INSERT INTO "deleted_key" ("id", "organization_id", "created_by_key_id")
SELECT "audit_event"."target" ->> 'id', "audit_event"."organization_id", "audit_event"."actor" ->> 'keyId'
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'api_key.create'
  AND "audit_event"."actor" ->> 'keyId' IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM "api_key" WHERE "api_key"."id" = "audit_event"."target" ->> 'id')
ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE "api_key" SET "disabled_at" = "latest"."at", "disabled_by" = "latest"."disabled_by"
FROM (
  SELECT DISTINCT ON ("organization_id", "target" ->> 'id')
    "organization_id", "target" ->> 'id' AS "key_id", "at",
    CASE WHEN "actor" ->> 'type' = 'system'
      THEN jsonb_build_object('type', 'job', 'job', "actor" ->> 'job')
      ELSE jsonb_build_object(
        'type', 'member', 'memberId', "actor" ->> 'memberId', 'keyId', "actor" ->> 'keyId')
    END AS "disabled_by"
  FROM "audit_event"
  WHERE "action" = 'api_key.disable'
  ORDER BY "organization_id", "target" ->> 'id', "sequence" DESC
) AS "latest"
WHERE "api_key"."id" = "latest"."key_id"
  AND "api_key"."organization_id" = "latest"."organization_id"
  AND "api_key"."status" = 'disabled';--> statement-breakpoint
UPDATE "invitation" SET "created_by_key_id" = "latest"."key_id"
FROM (
  SELECT DISTINCT ON ("organization_id", "target" ->> 'id')
    "organization_id", "target" ->> 'id' AS "invitation_id", "actor" ->> 'keyId' AS "key_id"
  FROM "audit_event"
  WHERE "action" IN ('invitation.create', 'invitation.resend')
  ORDER BY "organization_id", "target" ->> 'id', "sequence" DESC
) AS "latest"
WHERE "invitation"."id" = "latest"."invitation_id"
  AND "invitation"."organization_id" = "latest"."organization_id";
