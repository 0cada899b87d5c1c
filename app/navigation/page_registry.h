#pragma once

#include "app/lock/request_level.h"

#include <QAbstractListModel>
#include <QUrl>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// Every screen is registered here, and only here: the menu, the command palette, the self-test and the screenshots go
/// by this table. To add a page: a row here and qml/pages/<file>.
class PageRegistry : public QAbstractListModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.pages")

public:
    enum Role { IdRole = Qt::UserRole + 1, TitleRole, IconRole, SectionRole, InMenuRole, UrlRole };
    Q_ENUM(Role)

    struct Page {
        const char *id;
        const char *title; ///< source text
        const char *icon;
        const char *section; ///< source text; null: not in the menu, opened with parameters
        const char *file;    ///< below qml/pages/
        /// A page of an object: what it wants to know of it, "kindKey namespaceName podName=name".
        const char *parameters = nullptr;
        /// The kinds of these objects, by key; "*": every kind that has no page of its own. The first page of a kind is
        /// the one that its objects open.
        const char *kinds = nullptr;
        /// What one must be allowed to do to get there.
        LockLevel::Value level = LockLevel::Look;
    };

    explicit PageRegistry(QObject *parent = nullptr) : QAbstractListModel(parent) {}

    static const Page *find(const QString &id);
    static const QList<Page> &pages();
    Q_INVOKABLE static QUrl url(const QString &id);
    Q_INVOKABLE static QString title(const QString &id);
    static QString section(const Page &page);
    /// The page that shows objects of this kind; null: none does.
    static const Page *pageOfKind(const QString &kindKey);
    static QString iconOfKind(const QString &kindKey);
    /// The values of a page's parameters for an object.
    static QVariantMap parametersOf(const Page &page, const QString &kindKey, const QString &namespaceName,
                                    const QString &name);
    Q_INVOKABLE static bool has(const QString &id) { return find(id) != nullptr; }
    /// Titles are in another language now.
    void retranslate();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;
};

} // namespace coracle::app
