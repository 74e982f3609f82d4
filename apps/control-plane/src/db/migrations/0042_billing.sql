CREATE TABLE "billing" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"until" timestamp (3) with time zone,
	"plan_after" text,
	"keys_max_after" integer,
	"note" text,
	"warned_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "plan_request" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"plan" text NOT NULL,
	"status" text NOT NULL,
	"message" text,
	"requested_by" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"decision_note" text
);
--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "keys_max" integer;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "near_limit_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "organization" ADD COLUMN "limit_reached_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "billing" ADD CONSTRAINT "billing_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_request" ADD CONSTRAINT "plan_request_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;