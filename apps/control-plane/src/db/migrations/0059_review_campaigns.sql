CREATE TABLE "key_review" (
	"organization_id" text NOT NULL,
	"campaign_id" text NOT NULL,
	"key_id" text NOT NULL,
	"key_name" text NOT NULL,
	"outcome" text NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"decided_by" text,
	CONSTRAINT "key_review_organization_id_campaign_id_key_id_pk" PRIMARY KEY("organization_id","campaign_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "review_campaign" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"workspace_id" text,
	"disables_unconfirmed" boolean NOT NULL,
	"reviewer_id" text NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"reminded_at" timestamp (3) with time zone,
	"keys_count" integer NOT NULL,
	"member_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "review_campaign_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "key_review" ADD CONSTRAINT "key_review_campaign_fk" FOREIGN KEY ("organization_id","campaign_id") REFERENCES "public"."review_campaign"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_campaign" ADD CONSTRAINT "review_campaign_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "key_review_pending_index" ON "key_review" USING btree ("organization_id","key_id") WHERE outcome = 'pending';--> statement-breakpoint
CREATE INDEX "review_campaign_organization_id_created_at_id_index" ON "review_campaign" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "review_campaign_under_way_index" ON "review_campaign" USING btree ("organization_id","ends_at") WHERE status in ('running', 'ending');