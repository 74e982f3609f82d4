CREATE TABLE "transparency_log" (
	"organization_id" text PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"checkpoint" text,
	"checkpoint_at" timestamp (3) with time zone,
	"problem" text
);
--> statement-breakpoint
CREATE TABLE "transparency_log_tile" (
	"organization_id" text NOT NULL,
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hashes" "bytea" NOT NULL,
	CONSTRAINT "transparency_log_tile_organization_id_level_index_pk" PRIMARY KEY("organization_id","level","index")
);

--> statement-breakpoint
-- Hashes cannot be compressed.
ALTER TABLE "transparency_log_tile" ALTER COLUMN "hashes" SET STORAGE EXTERNAL;