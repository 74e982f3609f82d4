CREATE TABLE "admission" (
	"organization_id" text NOT NULL,
	"invited_by" text NOT NULL,
	"created_by_key_id" text NOT NULL,
	"member_id" text NOT NULL,
	CONSTRAINT "admission_organization_id_invited_by_created_by_key_id_member_id_pk" PRIMARY KEY("organization_id","invited_by","created_by_key_id","member_id")
);
--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "created_by_key_id" text;--> statement-breakpoint
ALTER TABLE "gateway" ADD COLUMN "created_by_member_id" text;--> statement-breakpoint
ALTER TABLE "admission" ADD CONSTRAINT "admission_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "admission_organization_id_created_by_key_id_index" ON "admission" USING btree ("organization_id","created_by_key_id");--> statement-breakpoint
CREATE INDEX "gateway_organization_id_created_by_key_id_index" ON "gateway" USING btree ("organization_id","created_by_key_id") WHERE "gateway"."created_by_key_id" is not null;--> statement-breakpoint
CREATE INDEX "gateway_organization_id_created_by_member_id_index" ON "gateway" USING btree ("organization_id","created_by_member_id");--> statement-breakpoint
INSERT INTO "admission" ("organization_id", "invited_by", "created_by_key_id", "member_id")
SELECT "audit_event"."organization_id", "audit_event"."before" ->> 'invitedBy',
  coalesce("audit_event"."before" ->> 'createdByKeyId', ''), "audit_event"."after" ->> 'memberId'
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'invitation.accept'
  AND "audit_event"."before" ->> 'invitedBy' IS NOT NULL
  AND "audit_event"."after" ->> 'memberId' IS NOT NULL
ON CONFLICT DO NOTHING;--> statement-breakpoint
UPDATE "gateway" SET "created_by_key_id" = "audit_event"."actor" ->> 'keyId',
  "created_by_member_id" = "audit_event"."actor" ->> 'memberId'
FROM "audit_event"
WHERE "audit_event"."organization_id" = "gateway"."organization_id"
  AND "audit_event"."action" = 'join_key.create'
  AND "audit_event"."target" ->> 'id' = "gateway"."join_key_id";--> statement-breakpoint
UPDATE "gateway" SET "created_by_key_id" = "join_key"."api_key_id",
  "created_by_member_id" = "join_key"."member_id"
FROM "join_key"
WHERE "join_key"."organization_id" = "gateway"."organization_id"
  AND "join_key"."id" = "gateway"."join_key_id";
