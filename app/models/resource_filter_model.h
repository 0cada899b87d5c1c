#pragma once

#include <QSortFilterProxyModel>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// Searches and sorts a ResourceModel. Troubled objects can be put first.
class ResourceFilterModel : public QSortFilterProxyModel {
    Q_OBJECT
    QML_ELEMENT
    /// Words that must all occur in name, namespace or cells; without case.
    Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
    /// What names must begin with.
    Q_PROPERTY(QString namePrefix READ namePrefix WRITE setNamePrefix NOTIFY searchChanged)
    Q_PROPERTY(SortBy sortBy READ sortBy WRITE setSortBy NOTIFY sortChanged)
    Q_PROPERTY(bool descending READ descending WRITE setDescending NOTIFY sortChanged)
    Q_PROPERTY(int count READ count NOTIFY countChanged)

public:
    enum SortBy { ByName, ByNamespace, ByAge, ByTrouble };
    Q_ENUM(SortBy)

    explicit ResourceFilterModel(QObject *parent = nullptr);
    QString search() const { return m_words.join(u' '); }
    void setSearch(const QString &search);
    QString namePrefix() const { return m_namePrefix; }
    void setNamePrefix(const QString &prefix);
    SortBy sortBy() const { return m_sortBy; }
    void setSortBy(SortBy sortBy);
    bool descending() const { return sortOrder() == Qt::DescendingOrder; }
    void setDescending(bool descending);
    int count() const { return rowCount(); }

Q_SIGNALS:
    void searchChanged();
    void sortChanged();
    void countChanged();

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    QStringList m_words;
    QString m_namePrefix;
    SortBy m_sortBy = ByName;
};

} // namespace coracle::app
