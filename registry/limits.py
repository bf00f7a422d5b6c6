"""A bound on everything, in one table. Units stand last in the name."""

from __future__ import annotations

from typing import Final

# -- text shown back
SHOWN_CHARS_MAX: Final = 60  # of a caller's text inside an error
NAMES_SHOWN_MAX: Final = 40  # of what there is, inside an error
FAULT_CHARS_MAX: Final = 300  # of a validator's own words inside an error
TEXT_BLOCK_CHARS_MAX: Final = 8_000  # of a tool result's text block
REASONS_MAX: Final = 20  # of a receipt's reasons

# -- records
RECORD_BYTES_MAX: Final = 1 << 20  # one record as JSON
TEXT_BYTES_MAX: Final = 1 << 19  # one text, json or bytes value
ID_CHARS_MAX: Final = 200  # a record's id
JSON_DEPTH_MAX: Final = 32  # nesting of a json value or of `extra`
PUT_RECORDS_MAX: Final = 5_000  # records in one put
GET_IDS_MAX: Final = 1_000  # ids in one get

# -- specs
SPEC_BYTES_MAX: Final = 256 << 10  # one domain YAML
COLLECTIONS_MAX: Final = 200  # of one domain
FIELDS_MAX: Final = 1_990  # of one collection; a table of SQLite has 2,000 columns, ours included
DOMAINS_MAX: Final = 500
ENUM_MAX: Final = 500  # values of one enum

# -- plans and queries
PLAN_NODES_MAX: Final = 500  # predicates, columns, joins of one plan, counted together
PLAN_DEPTH_MAX: Final = 12  # nesting of predicates
PLAN_VALUES_MAX: Final = 10_000  # values in all `in` lists together
JOINS_MAX: Final = 8
COMPUTES_MAX: Final = 16  # columns computed from others
COMPUTE_PARTS_MAX: Final = 64  # of one of them, those of the columns it is computed from counted in
INNER_PLANS_MAX: Final = 8  # plans within one plan, all together
INNER_DEPTH_MAX: Final = 3  # plans within plans
ROWS_DEFAULT: Final = 100  # rows of an answer unless told
ROWS_MAX: Final = 10_000  # rows of one reply
GATHER_ROWS_MAX: Final = 200_000  # rows of one side of a cross-domain join
REPLY_BYTES_MAX: Final = 8 << 20
QUERY_MS_MAX: Final = 10_000  # one query inside a store
CALL_MS_MAX: Final = 30_000  # one hop from the orchestrator to a domain
LONG_CALL_MS_MAX: Final = 6 * 3_600_000  # the same for what reads every byte there is
QUESTION_CHARS_MAX: Final = 2_000
QUESTION_WORDS_MAX: Final = 150  # that are read by rules; more take more than 50 ms
CONVERSATION_TURNS_MAX: Final = 20
SCOPES_MAX: Final = 64  # choices of domains whose vocabulary is kept
CONVERSATION_BYTES_MAX: Final = 64 << 10  # of all its turns; the oldest go first
LESSONS_MAX: Final = 2_000  # verified questions, words and defaults of one tenant
LESSON_BYTES_MAX: Final = 64 << 10

# -- vocabulary
VALUES_PER_FIELD_MAX: Final = 5_000  # distinct values of one field the planner may know
VALUE_CHARS_MAX: Final = 80  # a longer value is not vocabulary

# -- the language model
LLM_SECONDS_MAX: Final = 120  # of one question, second tries included
LLM_TRIES_MAX: Final = 3  # of one message, where the provider is sick
LLM_CALLS_MAX: Final = 4  # questions that it is asked at once
LLM_REPLY_BYTES_MAX: Final = 256 << 10  # of its reply, headers left out
LLM_CATALOGUE_CHARS_MAX: Final = 24_000  # of what it is told about the data
LLM_FIELDS_MAX: Final = 60  # of one collection that it is told about

# -- ingest
SOURCE_BYTES_MAX: Final = 64 << 30  # one file as it lies on disk
EXPANDED_BYTES_MAX: Final = 64 << 30  # the same after decompression
EXPANSION_RATIO_MAX: Final = 200  # expanded : compressed, once past EXPANSION_FREE_BYTES
EXPANSION_FREE_BYTES: Final = 10 << 20
INLINE_BYTES_MAX: Final = 3 << 20  # text or records passed inside a call
COLUMNS_MAX: Final = 1_990  # of a table; as many as a collection has fields
CELL_BYTES_MAX: Final = 512 << 10
ARCHIVE_MEMBERS_MAX: Final = 1_000
FILES_MAX: Final = 10_000  # of one ingest command
PEEK_ROWS_MAX: Final = 1_000  # rows looked at to infer a shape
LOAD_BATCH_ROWS: Final = 5_000  # rows of one load transaction
BULK_PART_ROWS: Final = 4 * 65_536  # rows of one transaction of a load that goes to segments
BULK_PART_BYTES: Final = 48 << 20  # of its columns in memory
READER_MEMORY_BYTES_MAX: Final = 2 << 30  # address space of the reader's child process
READER_SECONDS_IDLE_MAX: Final = 60  # without a batch from the child
STAGING_SECONDS_MAX: Final = 7 * 86_400  # an unused handle is dropped after this

# -- tiers
ROWS_STORED_MAX: Final = 100_000  # of one collection as rows, unless its domain says otherwise
FEW_ROWS: Final = 1_000  # not worth a further segment in a bucket that has one
HEAT_HALF_LIFE_DAYS: Final = 7  # of an access; many accesses age each other sooner
HEAT_PLACES_MAX: Final = 4_096  # places whose heat one domain remembers
HEAT_RECORDS_MAX: Final = 4_096  # cold records whose heat one domain remembers
RESIDENT_ROWS_MAX: Final = 10_000  # rows of a place that are made resident by hand
PROMOTE_RECORDS_MAX: Final = 500  # single records of one segment that come back in one pass

# -- segments
SEGMENT_ROWS_MAX: Final = 65_536  # records of one segment; a row's number fits 16 bits
SEGMENT_BYTES_MAX: Final = 64 << 20  # of its texts, before they are packed
ROW_GROUP_ROWS: Final = 16_384  # records read together by a point read; fewer make scans slow
MOVE_ROWS: Final = 8_192  # records of one transaction of a move; writers wait for it
SEGMENT_GRACE_SECONDS: Final = 60  # a retired object stays as long; no query runs longer
SMALL_SEGMENT_ROWS: Final = SEGMENT_ROWS_MAX // 4  # fewer records: it waits to be merged
SMALL_SEGMENT_BYTES: Final = SEGMENT_BYTES_MAX // 16  # as it lies on disk, packed
SMALL_SEGMENTS_MAX: Final = 4  # of one bucket, then they are merged
DEAD_SHARE_MAX: Final = 0.4  # of a segment's rows, then it is rewritten
COMPACT_GROUPS_MAX: Final = 8  # rewritten by one call, each at most a full segment
LEASE_SECONDS: Final = 60  # of the one mover of a domain, renewed at each step
BACKUP_PIN_SECONDS: Final = 600  # what a backup that died keeps from being swept, at most
SCAN_MEMORY_BYTES_MAX: Final = 384 << 20  # of one domain's scans of segments
SCAN_THREADS_MAX: Final = 2
KEYS_BYTES_MAX: Final = 128 << 20  # of one domain's key sidecars in memory, 8 for each record
DECODED_BYTES_MAX: Final = 16 << 20  # of one domain's row groups kept after a point read
OBJECTS_OPEN_MAX: Final = 64  # segments of one domain held open for point reads

# -- erasing and retention
RETENTION_ROWS: Final = 1_000  # records of one transaction; writers wait for it
RETENTION_ROWS_MAX: Final = 50_000  # of one call
RETENTION_GAP_DAYS: Final = 7  # between two runs, then the clock has to prove itself
RETENTION_NOTICE_DAYS: Final = 30  # what is stored late stays at least as long
ERASED_KEPT_MAX: Final = 100_000  # counts, one per collection that an erasure found something in
ERASE_ROWS: Final = 2_000  # records of one transaction
ERASE_IDS_MAX: Final = 500_000  # of one collection that others follow
HOLDS_MAX: Final = 1_000  # of one tenant
CUSTODY_LOG_MAX: Final = 100_000  # entries about holds and erasures

# -- processes
DISK_FREE_BYTES_MIN: Final = 256 << 20  # with less, nothing is moved
WRITE_QUEUE_MAX: Final = 4_096  # writes waiting for one writer thread
WRITE_QUEUE_ROWS_MAX: Final = 100_000  # records in all of them together
GROUP_COMMIT_MAX: Final = 512  # writes in one transaction
READERS_MAX: Final = 4  # connections for scans of one domain
BUSY_MS_MAX: Final = 10_000  # waiting for another process's write lock
CACHE_BYTES_MAX: Final = 16 << 20  # hot cache of one domain
CACHE_ROWS_MAX: Final = 32_768  # of it, and as many hashes of rows that left
CHANGES_KEPT_MAX: Final = 10_000  # rows of the change log
IDEMPOTENCY_SECONDS: Final = 7 * 86_400
CALLS_IN_FLIGHT_MAX: Final = 256  # of one orchestrator
PRINCIPAL_SECONDS: Final = 300  # life of a principal token
PRINCIPAL_CHARS_MAX: Final = 32_768  # of a principal token
BREAKER_FAILURES: Final = 5  # in a row, then the breaker opens
BREAKER_SECONDS: Final = 5.0
HTTP_BODY_BYTES_MAX: Final = 4 << 20
HTTP_CONNECTIONS_MAX: Final = 1_024  # of one server process; past it 503
HTTP_SESSIONS_MAX: Final = 1_000  # handshake-era sessions of one server
LINE_BYTES_MAX: Final = 32 << 20  # one message over stdio
