#pragma once

#include "core/base/result.h"

#include <QJsonObject>
#include <QList>
#include <QString>

namespace coracle::app {

/// An object in a text of one or several YAML documents.
struct Manifest {
    QJsonObject object;
    int document = 0; ///< its number in the text, as YamlOutline counts
};

/// What is wrong at a place of the text.
struct TextProblem {
    int line = 0; ///< from 0
    QString text;
};

struct ReadManifests {
    QList<Manifest> manifests;
    QList<TextProblem> problems; ///< not YAML, no object, or without apiVersion, kind or name
};

/// At most this many documents in one text.
inline constexpr int kManifestsMax = 100;

/// Any thread: takes up to a second for a megabyte.
ReadManifests readManifests(const QString &text);

/// Which fields of the object a server's refusal is about, with the words for each: from the causes, and from what
/// strict field validation says. Without any: one with an empty field.
QList<std::pair<QString, QString>> refusedFields(const Status &status);

} // namespace coracle::app
