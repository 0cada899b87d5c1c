#pragma once

#include "core/api/json_access.h"
#include "core/api/time.h"

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

/// The pieces that the printers of single kinds (table_*.cpp) are made of. Included by those sources only.
namespace coracle::api::table {

/// One row in the making: the object and the cells so far.
struct Row {
    const boost::json::object &object;
    Stamp::Point now;
    boost::json::array cells;

    /// The value at a path of member names, joined with dots; null when it is absent.
    const boost::json::value *at(std::string_view path) const;
    std::string_view text(std::string_view path, std::string_view otherwise = "") const;
    int64_t number(std::string_view path) const { return json::integer(at(path)); }

    void add(std::string_view cell) { cells.emplace_back(cell); }
    void add(int64_t cell) { cells.emplace_back(cell); }
    void add(bool cell) { cells.emplace_back(cell); }
    void add(const char *cell) { cells.emplace_back(cell); }
    void add(const std::string &cell) { cells.emplace_back(cell); }
    void addText(std::string_view path, std::string_view otherwise = "") { add(text(path, otherwise)); }
    void addNumber(std::string_view path) { add(number(path)); }
    void addAge() { add(since(at("metadata.creationTimestamp"))); }
    /// The columns of wide tables that most workloads have.
    void addContainersAndImages(std::string_view podSpecPath);

    /// How long ago, in words; "<unknown>" when the time is absent.
    std::string since(const boost::json::value *time) const;
};

using Printer = void (*)(Row &row);

/// Null when the kind has no table of its own. Adds all cells, the name's too.
Printer workloadPrinter(std::string_view group, std::string_view kind);
Printer corePrinter(std::string_view group, std::string_view kind);
Printer otherPrinter(std::string_view group, std::string_view kind);

/// "a=1,b=2"; "<none>" when there is nothing.
std::string labelsText(const boost::json::value *labels);
/// A meta/v1.LabelSelector; "<none>" when it selects everything or is absent.
std::string selectorText(const boost::json::value *selector, std::string_view invalid = "<error>");
/// "a,b,c + 2 more..." of a long list.
std::string firstThree(const std::vector<std::string> &items, std::string_view empty);
std::string joined(const std::vector<std::string> &items, std::string_view separator = ",");
/// A number or text.
std::string scalarText(const boost::json::value *value, std::string_view otherwise);
/// The condition of this type, or null.
const boost::json::value *conditionOf(const boost::json::object &object, std::string_view type);
bool hasTrueCondition(const boost::json::object &object, std::string_view type);
/// Addresses of a load balancer's status, sorted.
std::vector<std::string> ingressAddresses(const Row &row);
std::string accessModes(const boost::json::value *modes);

} // namespace coracle::api::table
