CREATE TABLE "stripe_customer" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"customer_id" text NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"followed_at" timestamp (3) with time zone,
	"plan_given" text,
	"renews_at" timestamp (3) with time zone,
	"past_due_since" timestamp (3) with time zone,
	"payment_kind" text,
	"payment_brand" text,
	"payment_last4" text,
	"has_several" boolean DEFAULT false NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "stripe_customer_customerId_unique" UNIQUE("customer_id")
);
--> statement-breakpoint
ALTER TABLE "stripe_customer" ADD CONSTRAINT "stripe_customer_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;