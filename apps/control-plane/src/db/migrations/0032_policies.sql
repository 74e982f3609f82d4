CREATE TABLE "policy" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"workspace_id" text,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"status" text NOT NULL,
	"mode" text NOT NULL,
	"text" text NOT NULL,
	"statements" jsonb NOT NULL,
	"version" integer NOT NULL,
	"member_id" text,
	"created_by_key_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy_version" (
	"policy_id" text NOT NULL,
	"number" integer NOT NULL,
	"organization_id" text NOT NULL,
	"text" text NOT NULL,
	"member_id" text,
	"created_by_key_id" text,
	"restored_from" integer,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "policy_version_policy_id_number_pk" PRIMARY KEY("policy_id","number")
);
--> statement-breakpoint
ALTER TABLE "policy" ADD CONSTRAINT "policy_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy" ADD CONSTRAINT "policy_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_policy_id_policy_id_fk" FOREIGN KEY ("policy_id") REFERENCES "public"."policy"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "policy_organization_id_created_at_id_index" ON "policy" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "policy_name_index" ON "policy" USING btree ("organization_id",coalesce("workspace_id", ''),lower("name"));--> statement-breakpoint
CREATE INDEX "policy_workspace_id_index" ON "policy" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "policy_version_organization_id_index" ON "policy_version" USING btree ("organization_id");--> statement-breakpoint
INSERT INTO "policy" ("id", "organization_id", "workspace_id", "name", "description", "status", "mode", "text", "statements", "version", "created_at", "updated_at")
SELECT 'pol_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 20), "organization_id", "id", 'Allow keys with apis.call',
  'Lets every active key with the scope apis.call call the APIs of the workspace.', 'enabled', 'enforce',
  'permit (principal, action, resource);',
  '[{"effect":"permit","principal":{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}]', 1, now(), now()
FROM "workspace";--> statement-breakpoint
INSERT INTO "policy_version" ("policy_id", "number", "organization_id", "text", "created_at")
SELECT "id", "version", "organization_id", "text", "created_at" FROM "policy";--> statement-breakpoint
UPDATE "workspace" SET "version" = "version" + 1, "revision" = gen_random_uuid();
