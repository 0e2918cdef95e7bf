//! Dynamic packaging: one stored set of adaptive-bitrate MP4 files in, every streaming protocol out, built per request.
