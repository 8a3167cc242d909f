CREATE TABLE `assocs` (
	`shard` int unsigned NOT NULL,
	`id1` bigint unsigned NOT NULL,
	`atype` smallint unsigned NOT NULL,
	`id2` bigint unsigned NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`data` text NOT NULL,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	CONSTRAINT `assocs_shard_id1_atype_id2_pk` PRIMARY KEY(`shard`,`id1`,`atype`,`id2`)
);
--> statement-breakpoint
CREATE TABLE `heads` (
	`shard` int unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	CONSTRAINT `heads_shard_pk` PRIMARY KEY(`shard`)
);
--> statement-breakpoint
CREATE TABLE `intents` (
	`shard` int unsigned NOT NULL,
	`target` int unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	`inverse` text NOT NULL,
	CONSTRAINT `intents_shard_target_epoch_seq_pk` PRIMARY KEY(`shard`,`target`,`epoch`,`seq`)
);
--> statement-breakpoint
CREATE TABLE `lists` (
	`shard` int unsigned NOT NULL,
	`id1` bigint unsigned NOT NULL,
	`atype` smallint unsigned NOT NULL,
	`count` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	CONSTRAINT `lists_shard_id1_atype_pk` PRIMARY KEY(`shard`,`id1`,`atype`)
);
--> statement-breakpoint
CREATE TABLE `log` (
	`shard` int unsigned NOT NULL,
	`last_seq` bigint unsigned NOT NULL,
	`first_seq` bigint unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`record` mediumtext NOT NULL,
	CONSTRAINT `log_shard_last_seq_pk` PRIMARY KEY(`shard`,`last_seq`)
);
--> statement-breakpoint
CREATE TABLE `objects` (
	`shard` int unsigned NOT NULL,
	`id` bigint unsigned NOT NULL,
	`otype` smallint unsigned NOT NULL,
	`data` mediumtext,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	CONSTRAINT `objects_shard_id_pk` PRIMARY KEY(`shard`,`id`)
);
--> statement-breakpoint
CREATE TABLE `ops` (
	`shard` int unsigned NOT NULL,
	`op_id` varchar(128) NOT NULL,
	`hash` varchar(16) NOT NULL,
	`time_ms` bigint unsigned NOT NULL,
	`answer` mediumtext NOT NULL,
	CONSTRAINT `ops_shard_op_id_pk` PRIMARY KEY(`shard`,`op_id`)
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`shard` int unsigned NOT NULL,
	`source` int unsigned NOT NULL,
	`epoch` int unsigned NOT NULL,
	`seq` bigint unsigned NOT NULL,
	CONSTRAINT `sources_shard_source_pk` PRIMARY KEY(`shard`,`source`)
);
--> statement-breakpoint
CREATE INDEX `by_time` ON `assocs` (`shard`,`id1`,`atype`,`time_ms`,`id2`);--> statement-breakpoint
CREATE INDEX `by_time` ON `log` (`shard`,`time_ms`);--> statement-breakpoint
CREATE INDEX `by_time` ON `ops` (`shard`,`time_ms`);