CREATE TABLE "notification" (
	"organization_id" text NOT NULL,
	"number" bigint NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"reason" text NOT NULL,
	"owner_id" text,
	"event_id" text,
	"subject" jsonb NOT NULL,
	"facts" jsonb NOT NULL,
	"count" integer NOT NULL,
	"summary_until" timestamp (3) with time zone,
	"at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notification_organization_id_number_pk" PRIMARY KEY("organization_id","number")
);
--> statement-breakpoint
CREATE TABLE "notification_cursor" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"sequence" bigint NOT NULL,
	"last_number" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_default" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"channels" jsonb NOT NULL,
	"digest_hour" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notification_finding" (
	"organization_id" text NOT NULL,
	"finding" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "notification_finding_organization_id_finding_pk" PRIMARY KEY("organization_id","finding")
);
--> statement-breakpoint
CREATE TABLE "notification_preference" (
	"organization_id" text NOT NULL,
	"member_id" text NOT NULL,
	"channels" jsonb NOT NULL,
	"is_mail_stopped" boolean NOT NULL,
	CONSTRAINT "notification_preference_organization_id_member_id_pk" PRIMARY KEY("organization_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "notification_recipient" (
	"organization_id" text NOT NULL,
	"member_id" text NOT NULL,
	"number" bigint NOT NULL,
	"is_owner" boolean NOT NULL,
	"is_in_bell" boolean NOT NULL,
	"is_mailed" boolean NOT NULL,
	"read_at" timestamp (3) with time zone,
	"mail_due_at" timestamp (3) with time zone,
	CONSTRAINT "notification_recipient_organization_id_member_id_number_pk" PRIMARY KEY("organization_id","member_id","number")
);
--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_cursor" ADD CONSTRAINT "notification_cursor_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_default" ADD CONSTRAINT "notification_default_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_finding" ADD CONSTRAINT "notification_finding_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_preference" ADD CONSTRAINT "notification_preference_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_preference" ADD CONSTRAINT "notification_preference_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_recipient" ADD CONSTRAINT "notification_recipient_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notification_recipient" ADD CONSTRAINT "notification_recipient_notification_fk" FOREIGN KEY ("organization_id","number") REFERENCES "public"."notification"("organization_id","number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "notification_organization_id_id_index" ON "notification" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "notification_organization_id_kind_created_at_index" ON "notification" USING btree ("organization_id","kind","created_at");--> statement-breakpoint
CREATE INDEX "notification_created_at_index" ON "notification" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "notification_finding_at_index" ON "notification_finding" USING btree ("at");--> statement-breakpoint
CREATE INDEX "notification_recipient_number_index" ON "notification_recipient" USING btree ("organization_id","number");--> statement-breakpoint
CREATE INDEX "notification_recipient_unread_index" ON "notification_recipient" USING btree ("organization_id","member_id") WHERE is_in_bell and read_at is null;--> statement-breakpoint
CREATE INDEX "notification_recipient_due_index" ON "notification_recipient" USING btree ("mail_due_at") WHERE mail_due_at is not null;--> statement-breakpoint
INSERT INTO "notification_cursor" ("organization_id", "sequence", "last_number")
SELECT "organization_id", "sequence", 0 FROM "audit_chain";
