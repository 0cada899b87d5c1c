/// The scan of an object's metadata, compared with the tree.
#include "core/api/codec.h"
#include "core/api/json_access.h"
#include "core/api/object.h"
#include "core/api/utf8.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace coracle;
using namespace coracle::api;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view text = fuzz::asText(data, size);
    const auto object = Object::parse(std::string(text));
    if (!object)
        return 0;
    const Object &scanned = **object;
    expect(scanned.json() == text, "the bytes stay as they are");
    expect(std::ranges::is_sorted(scanned.labels()), "labels are sorted");
    const auto tree = parseJson(text);
    if (!tree || !isUtf8(text))
        return 0; // the scan looks into the metadata only, and repairs no text
    expect(tree->is_object(), "an object is an object");
    const auto &root = tree->get_object();
    expect(json::text(json::at(root, {"kind"})) == scanned.kind(), "kind");
    expect(json::text(json::at(root, {"metadata", "name"})) == scanned.name(), "metadata.name");
    expect(json::text(json::at(root, {"metadata", "namespace"})) == scanned.namespaceName(), "metadata.namespace");
    expect(json::text(json::at(root, {"metadata", "uid"})) == scanned.uid(), "metadata.uid");
    expect(!json::items(json::at(root, {"metadata", "finalizers"})).empty() == scanned.hasFinalizers(), "finalizers");
    expect(json::items(json::at(root, {"metadata", "ownerReferences"})).size() == scanned.owners().size(), "owners");
    const auto &labels = json::members(json::at(root, {"metadata", "labels"}));
    expect(labels.size() == scanned.labels().size(), "as many labels");
    for (const auto &[key, value] : labels)
        expect(scanned.label(key) == json::text(&value), "a label");
    return 0;
}
