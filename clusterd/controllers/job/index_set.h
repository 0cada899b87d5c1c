#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace coracle::controllers::job {

/// Completion indexes in the text form of status.completedIndexes, status.failedIndexes and succeededIndexes: ranges
/// in ascending order, as "1,3-5,7". Neighbouring indexes are kept as one range, so that large jobs stay small.
class IndexSet {
public:
    /// Indexes from `limit` on are left out; reading ends at the first part that is not a number or a range.
    static IndexSet parse(std::string_view text, int32_t limit);
    /// A range of two is written as "3,4", longer ones as "3-5".
    std::string text() const;

    bool contains(int32_t index) const;
    void insert(int32_t index) { insertRange(index, index); }
    int32_t size() const { return m_size; }
    /// How many indexes both have.
    int32_t common(const IndexSet &other) const;

    bool operator==(const IndexSet &) const = default;

private:
    void insertRange(int32_t first, int32_t last);

    std::map<int32_t, int32_t> m_ranges; ///< first -> last, neither touching nor overlapping
    int32_t m_size = 0;
};

} // namespace coracle::controllers::job
