#pragma once

#include "app/navigation/page_registry.h"

#include <QSortFilterProxyModel>

namespace coracle::app {

/// The registry's pages that the menu shows, section by section.
class PageMenu : public QSortFilterProxyModel {
    Q_OBJECT
    QML_ELEMENT

public:
    explicit PageMenu(QObject *parent = nullptr);
    /// The row of a page; -1: not in the menu.
    Q_INVOKABLE int rowOf(const QString &pageId) const;
    Q_INVOKABLE QString pageAt(int row) const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;
};

} // namespace coracle::app
