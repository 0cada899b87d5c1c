#pragma once

#include "core/http/message.h"

#include <memory>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// The body of an answer, made while it is sent, so that a long list is never in memory as a whole. One coroutine
/// takes it; it lives as long as the sending.
class BodySource {
public:
    /// About as much is made at once: more costs memory, less costs calls.
    static constexpr size_t kPieceBytes = 64u << 10;

    virtual ~BodySource() = default;
    /// Appends the next pieces. One call is some milliseconds of work at most and may bring nothing yet. False: the
    /// body ends with these.
    virtual bool next(std::vector<http::Chunk> &chunks) = 0;
};

using BodySourcePtr = std::unique_ptr<BodySource>;

/// What is there already, in one step.
BodySourcePtr bodyOf(std::vector<http::Chunk> chunks);
BodySourcePtr bodyOf(std::string text);
/// What is there already, then the rest.
BodySourcePtr bodyOf(std::vector<http::Chunk> begin, BodySourcePtr rest);

/// Compact JSON with line breaks and two spaces of indentation, as Go's json.MarshalIndent writes it.
BodySourcePtr indented(BodySourcePtr json);
/// Compressed at the fastest level. Memory: 300 KiB while it runs.
BodySourcePtr gzipped(BodySourcePtr body);
/// A JSON document as YAML. This one needs the whole: it is for single objects and other small documents.
BodySourcePtr asYaml(BodySourcePtr json);

} // namespace coracle::apiserver
