#pragma once

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QObject>

/// The rows of detail pages, and what of them is the same for every kind. No state; any thread.
namespace coracle::app {

class Permissions;

struct FactRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString label MEMBER label)
    Q_PROPERTY(QString value MEMBER value)
    Q_PROPERTY(bool mono MEMBER mono)

public:
    QString key;
    QString label;
    QString value;
    bool mono = false; ///< an address, an image or the like
};

struct ConditionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString status MEMBER status)
    Q_PROPERTY(QString tone MEMBER tone)
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(QDateTime since MEMBER since)

public:
    QString key; ///< the condition's type
    QString status, tone;
    QString text; ///< reason and message
    QDateTime since;
};

/// What can be done to the object now, for buttons and menus.
struct ActionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString icon MEMBER icon)
    Q_PROPERTY(bool danger MEMBER danger)
    Q_PROPERTY(QString reason MEMBER reason)

public:
    QString key, title, icon;
    bool danger = false;
    QString reason; ///< why the user may not do it; empty: he may
};

/// The conditions of status.conditions. Whether True is good depends on the type: those that tell of pressure, failure
/// and the like are good when they are False.
QList<ConditionRow> conditionRows(const QJsonObject &object);
QList<ActionRow> actionRows(const QString &kindKey, const QJsonObject &object, const Permissions &rights);
/// "app=web, tier=front", by name.
QString pairsText(const QJsonObject &pairs);
/// A LabelSelector as the API's query parameter: "app=web,tier in (a,b),!x". Empty when it selects nothing.
QString selectorText(const QJsonObject &labelSelector);
/// The TCP ports that the containers of a pod's spec name.
QList<int> tcpPorts(const QJsonObject &podSpec);
QDateTime timeOf(const QJsonValue &text);

} // namespace coracle::app
