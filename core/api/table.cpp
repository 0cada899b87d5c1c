#include "core/api/table.h"

#include "core/api/json_writer.h"
#include "core/api/runtime_kind.h"
#include "core/api/selector.h"
#include "core/api/table_row.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <set>

namespace coracle::api {

namespace table {

const boost::json::value *Row::at(std::string_view path) const {
    const boost::json::value *value = nullptr;
    for (bool first = true;; first = false) {
        const size_t dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        value = first ? json::member(object, name) : json::member(value, name);
        if (!value || dot == std::string_view::npos)
            return value;
        path.remove_prefix(dot + 1);
    }
}

std::string_view Row::text(std::string_view path, std::string_view otherwise) const {
    const std::string_view found = json::text(at(path));
    return found.empty() ? otherwise : found;
}

std::string Row::since(const boost::json::value *time) const {
    const auto point = MicroTime::parse(json::text(time));
    return point && *point ? humanDuration(now - **point) : "<unknown>";
}

void Row::addContainersAndImages(std::string_view podSpecPath) {
    std::vector<std::string> names, images;
    for (const auto &container : json::items(json::member(at(podSpecPath), "containers"))) {
        names.emplace_back(json::text(json::member(&container, "name")));
        images.emplace_back(json::text(json::member(&container, "image")));
    }
    add(joined(names));
    add(joined(images));
}

std::string joined(const std::vector<std::string> &items, std::string_view separator) {
    return fmt::format("{}", fmt::join(items, separator));
}

std::string labelsText(const boost::json::value *labels) {
    std::map<std::string_view, std::string_view> sorted;
    for (const auto &[key, value] : json::members(labels))
        sorted.emplace(key, json::text(&value));
    std::string text;
    for (const auto &[key, value] : sorted)
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
    return text.empty() ? "<none>" : text;
}

std::string selectorText(const boost::json::value *selector, std::string_view invalid) {
    if (!selector)
        return "<none>";
    const auto parsed = LabelSelector::fromJson(*selector);
    if (!parsed)
        return std::string(invalid);
    const std::string text = parsed->text();
    return text.empty() ? "<none>" : text;
}

std::string firstThree(const std::vector<std::string> &items, std::string_view empty) {
    constexpr size_t kShown = 3;
    if (items.empty())
        return std::string(empty);
    const auto shown = std::span(items).first(std::min(items.size(), kShown));
    return items.size() > kShown ? fmt::format("{} + {} more...", fmt::join(shown, ","), items.size() - kShown)
                                 : joined(items);
}

std::string scalarText(const boost::json::value *value, std::string_view otherwise) {
    if (!value || value->is_object() || value->is_array())
        return std::string(otherwise);
    return value->is_string() ? std::string(value->get_string()) : boost::json::serialize(*value);
}

const boost::json::value *conditionOf(const boost::json::object &object, std::string_view type) {
    for (const auto &condition : json::items(json::at(object, {"status", "conditions"})))
        if (json::text(json::member(&condition, "type")) == type)
            return &condition;
    return nullptr;
}

bool hasTrueCondition(const boost::json::object &object, std::string_view type) {
    return json::text(json::member(conditionOf(object, type), "status")) == "True";
}

std::vector<std::string> ingressAddresses(const Row &row) {
    std::set<std::string> addresses;
    for (const auto &ingress : json::items(row.at("status.loadBalancer.ingress"))) {
        const std::string_view ip = json::text(json::member(&ingress, "ip"));
        const std::string_view host = json::text(json::member(&ingress, "hostname"));
        if (!ip.empty() || !host.empty())
            addresses.emplace(ip.empty() ? host : ip);
    }
    return {addresses.begin(), addresses.end()};
}

std::string accessModes(const boost::json::value *modes) {
    struct Mode {
        std::string_view name, shortName;
    };
    constexpr std::array kModes{Mode{"ReadWriteOnce", "RWO"}, Mode{"ReadOnlyMany", "ROX"}, Mode{"ReadWriteMany", "RWX"},
                                Mode{"ReadWriteOncePod", "RWOP"}};
    std::vector<std::string> found;
    for (const Mode &mode : kModes)
        if (std::ranges::any_of(json::items(modes), [&](const auto &item) { return json::text(&item) == mode.name; }))
            found.emplace_back(mode.shortName);
    return joined(found);
}

} // namespace table

namespace {

constexpr ColumnInfo kDefaultColumns[] = {
    {"Name", "string", "name", 0,
     "Name must be unique within a namespace. It cannot be changed once the object exists."},
    {"Created At", "date", "", 0, "The time at which the server created this object."},
};

table::Printer printerOf(const ResourceInfo &resource) {
    for (const auto find : {&table::workloadPrinter, &table::corePrinter, &table::otherPrinter})
        if (const table::Printer printer = find(resource.group, resource.kind))
            return printer;
    return nullptr;
}

/// What a row says about a pod that has ended (meta/v1.TableRowCondition); kubectl hides such rows on request.
std::string_view conditionsOf(const boost::json::object &object) {
    if (json::text(json::member(object, "kind")) != "Pod")
        return "";
    const std::string_view phase = json::text(json::at(object, {"status", "phase"}));
    if (phase == "Succeeded")
        return R"("conditions":[{"type":"Completed","status":"True","reason":"Succeeded",)"
               R"("message":"The pod has completed successfully."}],)";
    if (phase == "Failed")
        return R"("conditions":[{"type":"Completed","status":"True","reason":"Failed","message":"The pod failed."}],)";
    return "";
}

void appendMember(std::string &out, std::string_view name, std::string_view value) {
    out += out.back() == '{' ? "" : ",";
    json::appendString(out, name);
    out += ':';
    json::appendString(out, value);
}

} // namespace

std::span<const ColumnInfo> tableColumns(const ResourceInfo &resource) {
    if (resource.runtime)
        return resource.columns;
    return resource.columns.empty() || !printerOf(resource) ? std::span<const ColumnInfo>(kDefaultColumns)
                                                            : resource.columns;
}

boost::json::array tableCells(const ResourceInfo &resource, const boost::json::object &object, Stamp::Point now) {
    if (resource.runtime)
        return resource.runtime->tableCells(resource, object, now);
    table::Row row{object, now, {}};
    const table::Printer printer = resource.columns.empty() ? nullptr : printerOf(resource);
    if (printer) {
        printer(row);
    } else {
        row.addText("metadata.name");
        row.addText("metadata.creationTimestamp");
    }
    return std::move(row.cells);
}

std::string humanDuration(std::chrono::nanoseconds duration) {
    const int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    const int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24, years = days / 365;
    const auto two = [](int64_t big, char bigUnit, int64_t small, char smallUnit) {
        return small == 0 ? fmt::format("{}{}", big, bigUnit) : fmt::format("{}{}{}{}", big, bigUnit, small, smallUnit);
    };
    if (seconds < -1)
        return "<invalid>";
    if (seconds < 0)
        return "0s";
    if (seconds < 120)
        return fmt::format("{}s", seconds);
    if (minutes < 10)
        return two(minutes, 'm', seconds % 60, 's');
    if (minutes < 180)
        return fmt::format("{}m", minutes);
    if (hours < 8)
        return two(hours, 'h', minutes % 60, 'm');
    if (hours < 48)
        return fmt::format("{}h", hours);
    if (days < 8)
        return two(days, 'd', hours % 24, 'h');
    if (years < 2)
        return fmt::format("{}d", days);
    if (years < 8)
        return two(years, 'y', days % 365, 'd');
    return fmt::format("{}y", years);
}

std::string partialObjectMetadata(std::string_view metadata, std::string_view version) {
    return fmt::format(R"({{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/{}","metadata":{}}})", version,
                       metadata.empty() ? "{}" : metadata);
}

void TableWriter::head(std::string_view resourceVersion, std::string_view continueToken, int64_t remainingItemCount) {
    m_text += fmt::format(R"({{"kind":"Table","apiVersion":"meta.k8s.io/{}","metadata":{{)", m_version);
    if (!resourceVersion.empty())
        appendMember(m_text, "resourceVersion", resourceVersion);
    if (!continueToken.empty())
        appendMember(m_text, "continue", continueToken);
    if (remainingItemCount > 0)
        m_text += fmt::format("{}\"remainingItemCount\":{}", m_text.back() == '{' ? "" : ",", remainingItemCount);
    m_text += "},\"columnDefinitions\":";
}

void TableWriter::begin(std::string_view resourceVersion, std::string_view continueToken, int64_t remainingItemCount) {
    head(resourceVersion, continueToken, remainingItemCount);
    m_text += '[';
    for (const ColumnInfo &column : m_columns) {
        m_text += m_text.back() == '[' ? "{" : ",{";
        appendMember(m_text, "name", column.name);
        appendMember(m_text, "type", column.type);
        appendMember(m_text, "format", column.format);
        appendMember(m_text, "description", column.description);
        m_text += fmt::format(",\"priority\":{}}}", column.priority);
    }
    m_text += "],\"rows\":[";
}

void TableWriter::beginEvent(std::string_view resourceVersion) {
    head(resourceVersion, {}, 0);
    m_text += "null,\"rows\":[";
}

void TableWriter::row(const boost::json::array &cells, const boost::json::object &object, std::string_view included) {
    m_text += std::exchange(m_first, false) ? "{\"cells\":" : ",{\"cells\":";
    m_text += boost::json::serialize(cells);
    m_text += ',';
    m_text += conditionsOf(object);
    m_text += "\"object\":";
    m_text += included.empty() ? "null" : included;
    m_text += '}';
}

} // namespace coracle::api
