CREATE TABLE "running_cascade" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" text NOT NULL,
	"roots" jsonb NOT NULL,
	"keep_members" jsonb,
	"member_id" text NOT NULL,
	"key_id" text,
	"scopes" text[] NOT NULL,
	"workspace_id" text,
	"request_id" text NOT NULL,
	"ip" text,
	"user_agent" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"stuck_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "running_cascade" ADD CONSTRAINT "running_cascade_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "running_cascade_organization_id_index" ON "running_cascade" USING btree ("organization_id");