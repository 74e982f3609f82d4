CREATE TABLE "key_rotation" (
	"organization_id" text NOT NULL,
	"rotated_by_key_id" text NOT NULL,
	"key_id" text NOT NULL,
	CONSTRAINT "key_rotation_organization_id_rotated_by_key_id_key_id_pk" PRIMARY KEY("organization_id","rotated_by_key_id","key_id")
);
--> statement-breakpoint
ALTER TABLE "key_rotation" ADD CONSTRAINT "key_rotation_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "key_rotation" ("organization_id", "rotated_by_key_id", "key_id")
SELECT "audit_event"."organization_id", "audit_event"."actor" ->> 'keyId', "audit_event"."target" ->> 'id'
FROM "audit_event"
JOIN "organization" ON "organization"."id" = "audit_event"."organization_id"
WHERE "audit_event"."action" = 'api_key.rotate'
  AND "audit_event"."actor" ->> 'keyId' <> "audit_event"."target" ->> 'id'
ON CONFLICT DO NOTHING;
