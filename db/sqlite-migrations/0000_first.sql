CREATE TABLE `assocs` (
	`id1` text NOT NULL,
	`atype` integer NOT NULL,
	`id2` text NOT NULL,
	`time_ms` integer NOT NULL,
	`data` text NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`id1`, `atype`, `id2`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `assocs_by_time` ON `assocs` (`id1`,`atype`,`time_ms`,`id2`);--> statement-breakpoint
CREATE TABLE `followers` (
	`name` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `head` (
	`id` integer PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `intents` (
	`target` integer NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	`inverse` text NOT NULL,
	PRIMARY KEY(`target`, `epoch`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `lists` (
	`id1` text NOT NULL,
	`atype` integer NOT NULL,
	`count` integer NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL,
	PRIMARY KEY(`id1`, `atype`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `log` (
	`last_seq` integer PRIMARY KEY NOT NULL,
	`first_seq` integer NOT NULL,
	`epoch` integer NOT NULL,
	`time_ms` integer NOT NULL,
	`record` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `log_by_time` ON `log` (`time_ms`);--> statement-breakpoint
CREATE TABLE `objects` (
	`id` text PRIMARY KEY NOT NULL,
	`otype` integer NOT NULL,
	`data` text,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `ops` (
	`op_id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`time_ms` integer NOT NULL,
	`answer` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ops_by_time` ON `ops` (`time_ms`);--> statement-breakpoint
CREATE TABLE `sources` (
	`shard` integer PRIMARY KEY NOT NULL,
	`epoch` integer NOT NULL,
	`seq` integer NOT NULL
);
