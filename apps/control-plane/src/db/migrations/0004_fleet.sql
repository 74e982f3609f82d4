CREATE TABLE "gateway" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"workspace_id" text NOT NULL,
	"name" text NOT NULL,
	"labels" jsonb NOT NULL,
	"public_key" "bytea" NOT NULL,
	"join_key_id" text NOT NULL,
	"draining" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone,
	"applied_version" bigint,
	"stale_max_ms" bigint,
	"software_version" text,
	CONSTRAINT "gateway_publicKey_unique" UNIQUE("public_key")
);
--> statement-breakpoint
CREATE TABLE "gateway_connection" (
	"gateway_id" text NOT NULL,
	"instance_id" text NOT NULL,
	"process_id" text NOT NULL,
	"address" text NOT NULL,
	"hostname" text NOT NULL,
	"connected_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"health" jsonb,
	CONSTRAINT "gateway_connection_gateway_id_instance_id_pk" PRIMARY KEY("gateway_id","instance_id")
);
--> statement-breakpoint
CREATE TABLE "gateway_version" (
	"gateway_id" text NOT NULL,
	"version" bigint NOT NULL,
	"applied_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "gateway_version_gateway_id_version_pk" PRIMARY KEY("gateway_id","version")
);
--> statement-breakpoint
CREATE TABLE "join_key" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"workspace_id" text NOT NULL,
	"member_id" text NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"labels" jsonb NOT NULL,
	"uses_max" integer NOT NULL,
	"uses_count" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "join_key_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "workspace_change" (
	"workspace_id" text NOT NULL,
	"version" bigint NOT NULL,
	"change_id" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "workspace_change_workspace_id_version_pk" PRIMARY KEY("workspace_id","version")
);
--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "version" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "gateway" ADD CONSTRAINT "gateway_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway" ADD CONSTRAINT "gateway_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_connection" ADD CONSTRAINT "gateway_connection_gateway_id_gateway_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."gateway"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_version" ADD CONSTRAINT "gateway_version_gateway_id_gateway_id_fk" FOREIGN KEY ("gateway_id") REFERENCES "public"."gateway"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_key" ADD CONSTRAINT "join_key_organization_id_organization_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organization"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_key" ADD CONSTRAINT "join_key_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_key" ADD CONSTRAINT "join_key_member_id_member_id_fk" FOREIGN KEY ("member_id") REFERENCES "public"."member"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_change" ADD CONSTRAINT "workspace_change_workspace_id_workspace_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspace"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "workspace_change" ADD CONSTRAINT "workspace_change_change_id_change_id_fk" FOREIGN KEY ("change_id") REFERENCES "public"."change"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gateway_organization_id_created_at_id_index" ON "gateway" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "gateway_workspace_id_index" ON "gateway" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "gateway_version_applied_at_index" ON "gateway_version" USING btree ("applied_at");--> statement-breakpoint
CREATE INDEX "join_key_organization_id_created_at_id_index" ON "join_key" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "workspace_change_change_id_index" ON "workspace_change" USING btree ("change_id");--> statement-breakpoint
CREATE INDEX "change_organization_id_subject_id_index" ON "change" USING btree ("organization_id","subject_id");