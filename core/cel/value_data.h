#pragma once

#include "core/cel/value.h"

#include <unordered_map>

/// How values that expressions make are held, and what the libraries need beyond Value's public functions.
namespace coracle::cel {

/// A list that is not a JSON array: items, or two lists one after the other (adding lists is O(1)).
struct ListData {
    std::vector<Value> items;
    Value left, right;
    size_t leftSize = 0;
    size_t size = 0;
};

/// A map that is not a JSON object, in the order of insertion. Keys of more than a few entries are hashed.
struct MapData {
    std::vector<std::pair<Value, Value>> entries;
    std::unordered_multimap<size_t, uint32_t> index;
    Value missing; ///< what an entry that is not there is; null: an error

    /// False when the key is there already.
    bool insert(Value key, Value value);
    /// Replaces the value of a key that is there.
    void set(Value key, Value value);
    const Value *find(const Value &key) const;
};

/// Equal values have equal hashes (2, 2u and 2.0 too).
size_t hashValue(const Value &value);

/// The values of a list by their hash.
class ValueSet {
public:
    explicit ValueSet(const Value &list);
    ValueSet() = default;
    bool contains(const Value &value) const;
    /// False when an equal value is there.
    bool insert(const Value &value);

private:
    std::unordered_multimap<size_t, Value> m_values;
};

/// Negative, 0, positive; 2 when the two cannot be ordered.
enum class Order : int8_t { Less = -1, Equal = 0, Greater = 1, Nan = 2, None = 3 };
Order compareValues(const Value &a, const Value &b);

/// Values share parts, so that a small expression can make one whose tree is huge. Comparing, hashing and writing count
/// the nodes that they visit; after too many they stop, and the evaluation, which resets the count, ends in an error.
class DeepWork {
public:
    static void reset() { s_visited = 0; }
    /// Counts a node; false when there were too many.
    static bool visit() { return ++s_visited <= kVisitsMax; }
    static void add(uint64_t visits) { s_visited += visits; }
    static bool exceeded() { return s_visited > kVisitsMax; }

private:
    static constexpr uint64_t kVisitsMax = 4'000'000;
    static thread_local uint64_t s_visited;
};

struct ValueAccess {
    static Value concatenation(const Value &left, const Value &right);
    static Value mapOf(std::shared_ptr<const MapData> data);
    /// The type that a view of a JSON document has, or null for other values.
    static const TypeNode *schemaOf(const Value &value);
    static const boost::json::value *jsonOf(const Value &value);
};

/// Code points of valid UTF-8; invalid bytes count one each.
size_t characterCount(std::string_view text);

/// What cel-go's traits.Sizer gives, 1 for what has no size.
uint64_t actualSize(const Value &value);
/// The smaller one of two sizes, without counting the characters of a text that is longer in any case.
uint64_t smallerSize(const Value &a, const Value &b);

/// Lists that are added up to more are an error: the two are not copied, but what works on them would copy.
inline constexpr size_t kListItemsMax = 4'000'000;

} // namespace coracle::cel
