CREATE TABLE "compliance_report" (
	"organization_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"as_of" timestamp (3) with time zone NOT NULL,
	"from" timestamp (3) with time zone,
	"to" timestamp (3) with time zone,
	"unused_days" integer,
	"columns" text[] NOT NULL,
	"rows_count" integer NOT NULL,
	"jsonl_digest" text NOT NULL,
	"csv_digest" text NOT NULL,
	"member_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "compliance_report_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "compliance_report_part" (
	"organization_id" text NOT NULL,
	"report_id" text NOT NULL,
	"number" integer NOT NULL,
	"first_row" integer NOT NULL,
	"rows_count" integer NOT NULL,
	"jsonl" "bytea" NOT NULL,
	"csv" "bytea" NOT NULL,
	CONSTRAINT "compliance_report_part_organization_id_report_id_number_pk" PRIMARY KEY("organization_id","report_id","number")
);
--> statement-breakpoint
ALTER TABLE "compliance_report" ADD CONSTRAINT "compliance_report_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "compliance_report_part" ADD CONSTRAINT "compliance_report_part_report_fk" FOREIGN KEY ("organization_id","report_id") REFERENCES "public"."compliance_report"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "compliance_report_organization_id_created_at_id_index" ON "compliance_report" USING btree ("organization_id","created_at","id");