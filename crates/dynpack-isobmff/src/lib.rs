//! Sans-IO demuxer for ISO-BMFF: progressive and fragmented MP4 into compact sample tables, by need and feed.
