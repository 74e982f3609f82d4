CREATE TABLE "leak" (
	"id" text NOT NULL,
	"organization_id" text NOT NULL,
	"key_id" text NOT NULL,
	"key_name" text NOT NULL,
	"key_prefix" text NOT NULL,
	"canary" boolean NOT NULL,
	"member_id" text NOT NULL,
	"workspace_id" text,
	"reporter" text NOT NULL,
	"reported_by" text,
	"url" text,
	"source" text,
	"place_hash" "bytea" NOT NULL,
	"action" text NOT NULL,
	"status" text NOT NULL,
	"further_reports" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"closed_by" text,
	"note" text,
	CONSTRAINT "leak_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "leak_response" text DEFAULT 'disable' NOT NULL;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "test_leak_response" text DEFAULT 'warn' NOT NULL;--> statement-breakpoint
ALTER TABLE "leak" ADD CONSTRAINT "leak_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "leak_organization_id_created_at_id_index" ON "leak" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "leak_organization_id_key_id_place_hash_index" ON "leak" USING btree ("organization_id","key_id","place_hash");