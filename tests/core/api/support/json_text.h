#pragma once

#include <QByteArray>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <string>

/// JSON in tests: ' stands for ", and ~ for a quoted one.
namespace coracle::test {

inline boost::json::value readJson(QByteArray text) {
    return boost::json::parse(text.replace('\'', '"').replace('~', "\\\"").toStdString());
}

inline boost::json::object readObject(const QByteArray &text) {
    return readJson(text).as_object();
}

/// Members sorted by name, so that texts can be compared.
inline boost::json::value sortedJson(const boost::json::value &value) {
    if (const auto *object = value.if_object()) {
        std::map<std::string, boost::json::value> members;
        for (const auto &[key, item] : *object)
            members[std::string(key)] = sortedJson(item);
        boost::json::object result;
        for (const auto &[key, item] : members)
            result[key] = item;
        return result;
    }
    boost::json::array result;
    if (!value.is_array())
        return value;
    for (const auto &item : value.get_array())
        result.push_back(sortedJson(item));
    return result;
}

inline QByteArray jsonText(const boost::json::value &value) {
    return QByteArray::fromStdString(boost::json::serialize(sortedJson(value))).replace("\\\"", "~").replace('"', '\'');
}

} // namespace coracle::test
