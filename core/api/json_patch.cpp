#include "core/api/json_patch.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace coracle::api {

namespace {

using boost::json::value;

/// Copies may grow the document by this much, all together: a short patch must not make a huge object.
constexpr size_t kCopiedBytesMax = 3 * 1024 * 1024;
/// List items that insertions and removals may shift, all together: keeps a patch of a long list from taking minutes.
constexpr size_t kShiftedItemsMax = 50'000'000;

/// The patch is right but does not fit the document. The message is what Kubernetes answers; the cause says why.
Failure unprocessable(std::string why) {
    Status status{
        .code = 422, .reason = "Invalid", .message = "the server rejected our request due to an error in our request"};
    status.causes.push_back({"FieldValueInvalid", std::move(why), "patch"});
    return Failure(std::move(status));
}

using Pointer = std::vector<std::string>;

/// Nothing when the text is no pointer.
std::optional<Pointer> readPointer(std::string_view text) {
    Pointer parts;
    if (text.empty())
        return parts;
    if (text[0] != '/')
        return std::nullopt;
    for (char c : text) {
        if (c == '/')
            parts.emplace_back();
        else if ((c == '0' || c == '1') && parts.back().ends_with('~'))
            parts.back().back() = c == '0' ? '\x01' : '/'; // a marker, so that ~01 does not become /
        else
            parts.back() += c;
    }
    for (std::string &part : parts)
        std::ranges::replace(part, '\x01', '~');
    return parts;
}

/// A place in a list of this size: any number that Go reads; negative ones count from the end.
std::optional<size_t> readIndex(std::string_view text, size_t size) {
    if (text.starts_with('+'))
        text.remove_prefix(text.starts_with("+-") ? 0 : 1);
    int64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    if (index < 0)
        index += int64_t(size);
    return index >= 0 && size_t(index) < size ? std::optional(size_t(index)) : std::nullopt;
}

class Patcher {
public:
    explicit Patcher(value document) : m_document(std::move(document)) {}

    Result<> apply(const value &item) {
        const auto *operation = item.if_object();
        const auto text = [&](std::string_view name) -> std::optional<std::string_view> {
            const auto *member = operation ? operation->if_contains(name) : nullptr;
            return member && member->is_string() ? std::optional(std::string_view(member->get_string())) : std::nullopt;
        };
        if (!operation)
            return errors::badRequest("error decoding patch: each operation must be an object");
        const std::string_view op = text("op").value_or("unknown");
        m_where = text("path").value_or("");
        const bool known =
            op == "add" || op == "remove" || op == "replace" || op == "move" || op == "copy" || op == "test";
        if (!known)
            return unprocessable(fmt::format("Unexpected kind: {}", op));
        if (!text("path"))
            return unprocessable(fmt::format("{} operation failed to decode path: missing value", op));
        const auto path = readPointer(m_where);
        if (!path)
            return missing(op);
        if (op == "remove")
            return remove(*path);
        if (op == "move" || op == "copy") {
            const auto from = text("from") ? readPointer(*text("from")) : std::nullopt;
            if (!from)
                return unprocessable(fmt::format("{} operation failed to decode from: missing value", op));
            return op == "move" ? move(*from, *path) : copy(*from, *path);
        }
        static const value kNull;
        const value *given = operation->if_contains("value");
        const value &argument = given ? *given : kNull;
        return op == "add" ? add(*path, argument) : op == "replace" ? replace(*path, argument) : test(*path, argument);
    }

    value take() && { return std::move(m_document); }

private:
    Failure missing(std::string_view op) const {
        return unprocessable(fmt::format("{} operation does not apply: doc is missing path: {}", op, m_where));
    }

    /// The value that the first `depth` parts lead to; null when there is none.
    value *find(const Pointer &path, size_t depth) {
        value *current = &m_document;
        for (size_t i = 0; i < depth; ++i) {
            if (auto *object = current->if_object()) {
                current = object->if_contains(path[i]);
            } else if (auto *array = current->if_array()) {
                const auto index = readIndex(path[i], array->size());
                current = index ? &(*array)[*index] : nullptr;
            } else {
                return nullptr;
            }
            if (!current)
                return nullptr;
        }
        return current;
    }

    Result<> shift(size_t items) {
        m_shifted += items;
        if (m_shifted > kShiftedItemsMax)
            return errors::tooLarge("the JSON patch moves too many list items; replace the list instead");
        return {};
    }

    Result<> add(const Pointer &path, value argument) {
        if (path.empty()) {
            m_document = std::move(argument);
            return {};
        }
        value *parent = find(path, path.size() - 1);
        if (auto *object = parent ? parent->if_object() : nullptr) {
            object->insert_or_assign(path.back(), std::move(argument));
            return {};
        }
        auto *array = parent ? parent->if_array() : nullptr;
        if (!array)
            return missing("add");
        const auto index =
            path.back() == "-" ? std::optional(array->size()) : readIndex(path.back(), array->size() + 1);
        if (!index)
            return unprocessable(fmt::format("add operation does not apply: index out of bounds at {}", m_where));
        CHECK(shift(array->size() - *index));
        array->insert(array->begin() + std::ptrdiff_t(*index), std::move(argument));
        return {};
    }

    Result<> remove(const Pointer &path, std::string_view op = "remove") {
        value *parent = path.empty() ? nullptr : find(path, path.size() - 1);
        if (auto *object = parent ? parent->if_object() : nullptr)
            return object->erase(path.back()) ? Result<>() : missing(op);
        auto *array = parent ? parent->if_array() : nullptr;
        const auto index = array ? readIndex(path.back(), array->size()) : std::nullopt;
        if (!index)
            return missing(op);
        CHECK(shift(array->size() - *index));
        array->erase(array->begin() + std::ptrdiff_t(*index));
        return {};
    }

    Result<> replace(const Pointer &path, const value &argument) {
        value *target = find(path, path.size());
        if (!target)
            return missing("replace");
        *target = argument;
        return {};
    }

    Result<> test(const Pointer &path, const value &argument) {
        const value *target = find(path, path.size());
        const bool same = target ? *target == argument : argument.is_null();
        return same ? Result<>() : unprocessable(fmt::format("testing value {} failed", m_where));
    }

    Result<> move(const Pointer &from, const Pointer &to) {
        if (to.size() > from.size() && std::equal(from.begin(), from.end(), to.begin()))
            return unprocessable(fmt::format("move operation does not apply: {} is inside what is moved", m_where));
        value *source = find(from, from.size());
        if (!source)
            return missing("move");
        value moved = *source;
        CHECK(remove(from, "move"));
        return add(to, std::move(moved));
    }

    Result<> copy(const Pointer &from, const Pointer &to) {
        const value *source = find(from, from.size());
        if (!source)
            return missing("copy");
        m_copied += boost::json::serialize(*source).size();
        if (m_copied > kCopiedBytesMax)
            return unprocessable(fmt::format("Unable to complete the copy, the accumulated size increase of copy is "
                                             "{}, exceeding the limit {}",
                                             m_copied, kCopiedBytesMax));
        return add(to, *source);
    }

    value m_document;
    std::string_view m_where;
    size_t m_copied = 0, m_shifted = 0;
};

} // namespace

Result<value> applyJsonPatch(const value &document, const value &patch) {
    const auto *operations = patch.if_array();
    if (!operations)
        return errors::badRequest("error decoding patch: a JSON patch is a list of operations");
    if (operations->size() > kJsonPatchOperationsMax)
        return errors::tooLarge(fmt::format("The allowed maximum operations in a JSON patch is {}, got {}",
                                            kJsonPatchOperationsMax, operations->size()));
    Patcher patcher(document);
    for (const value &operation : *operations)
        CHECK(patcher.apply(operation));
    return std::move(patcher).take();
}

} // namespace coracle::api
