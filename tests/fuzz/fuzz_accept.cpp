/// Accept headers and Content-Types; the same text as JSON that is laid out for people.
#include "clusterd/apiserver/handlers/json_indent.h"
#include "clusterd/apiserver/handlers/negotiation.h"
#include "tests/fuzz/fuzz.h"

#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto media = parseMediaTypes(text);
    expect(media.size() <= 64, "the number of media types is bounded");
    for (size_t i = 1; i < media.size(); ++i)
        expect(media[i - 1].quality >= media[i].quality, "the best come first");
    const auto plain = negotiate(text);
    const auto any = negotiate(text, Offer{.projections = true});
    expect(any.has_value() || !plain.has_value(), "what a document can be, an object can be, too");
    expect(!plain || plain->projection == Projection::None, "documents have no projection");
    const auto watch = negotiate(text, Offer{.protobuf = false, .projections = true, .stream = true});
    expect(!watch || watch->encoding != Encoding::Yaml, "there is no stream of YAML");
    (void)bodyEncoding(text);
    (void)acceptsGzip(text);

    std::string whole, inPieces;
    JsonIndent().append(text, whole);
    JsonIndent indent;
    for (size_t at = 0, step = 1; at < text.size(); at += step, step = step % 7 + 1)
        indent.append(text.substr(at, step), inPieces);
    expect(whole == inPieces, "the outcome does not depend on where the text is cut");
    boost::system::error_code error, again;
    const auto value = boost::json::parse(text, error);
    if (!error)
        expect(boost::json::parse(whole, again) == value && !again, "layout changes no value");
    return 0;
}
