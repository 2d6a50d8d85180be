// The words of every e-mail to a customer, in every language. `{order}` is the order's code.
import type { Locale } from '@holdfast/accounts';
import type { NotificationKind } from '@holdfast/projections';

export type Wording = { readonly subject: string; readonly text: string };

export type Catalogue = {
  /** `{name}` is the customer's name */
  readonly greeting: string;
  readonly strangerGreeting: string;
  readonly closing: string;
  readonly why: string;
  readonly kinds: Readonly<Record<NotificationKind, Wording>>;
};

const en: Catalogue = {
  greeting: 'Dear {name},',
  strangerGreeting: 'Hello,',
  closing: 'Your shop',
  why: 'You get this e-mail because you placed order {order}. Those with an account choose in their profile which e-mails they want.',
  kinds: {
    ORDER_CONFIRMED: {
      subject: 'Your order {order} is confirmed',
      text: 'Thank you. Your order {order} is paid and confirmed. We will write again when it leaves the warehouse.',
    },
    ORDER_SHIPPED: {
      subject: 'Your order {order} has left the warehouse',
      text: 'Your order {order} is packed, and the carrier has it.',
    },
    ORDER_ON_THE_WAY: {
      subject: 'Your order {order} is on the way',
      text: 'Your order is on the way. The carrier has scanned the parcel of order {order}.',
    },
    ORDER_DELIVERED: {
      subject: 'Your order {order} is delivered',
      text: 'Your order {order} is delivered. We hope that you like it.',
    },
    RETURN_REQUESTED: {
      subject: 'We have your request to send back goods of your order {order}',
      text: 'We have your request to send back goods of your order {order}. Money that you get back for them follows once they have arrived.',
    },
    RETURN_DECLINED: {
      subject: 'Your request to send back goods of your order {order} was declined',
      text: 'We are sorry: your request to send back goods of your order {order} was declined. The page of your order has the reason.',
    },
    RETURN_RECEIVED: {
      subject: 'Your return of order {order} has arrived',
      text: 'What you sent back of your order {order} has arrived. Money that you get back for it follows.',
    },
    ORDER_REFUNDED: {
      subject: 'You get money back for your order {order}',
      text: 'We have sent you money back for your order {order}, the way that you paid. With a card it can take some days to show.',
    },
    ORDER_UNDER_REVIEW: {
      subject: 'We are checking your order {order}',
      text: 'A person has to look at your order {order} before we can send it. You need not do anything.',
    },
    OUT_OF_STOCK: {
      subject: 'Your order {order} could not be placed: out of stock',
      text: 'We are sorry: something in your order {order} is out of stock. The order has ended, and you pay nothing for it.',
    },
    PAYMENT_DECLINED: {
      subject: 'The payment for your order {order} was declined',
      text: 'The payment for your order {order} was declined. Your goods are still reserved: you can try again, for example with another card.',
    },
    PAYMENT_FAILED: {
      subject: 'The payment for your order {order} failed',
      text: 'The payment for your order {order} failed. The order has ended, and money that was held for it is free again.',
    },
    ORDER_FAILED: {
      subject: 'Your order {order} could not be carried out',
      text: 'We are sorry: your order {order} could not be carried out. If you have paid for it, you get the money back.',
    },
    ORDER_CANCELLED: {
      subject: 'Your order {order} is cancelled',
      text: 'Your order {order} is cancelled, as you wished. If you have paid for it, you get the money back.',
    },
    RESERVATION_EXPIRING: {
      subject: 'Your order {order} waits to be paid',
      text: 'The goods of your order {order} are reserved for a few minutes more. Pay now to keep them.',
    },
    RESERVATION_EXPIRED: {
      subject: 'Your order {order} was not paid in time',
      text: 'Your order {order} was not paid in time. It is cancelled, and its goods are no longer reserved.',
    },
  },
};

const de: Catalogue = {
  greeting: 'Guten Tag {name},',
  strangerGreeting: 'Guten Tag,',
  closing: 'Ihr Shop',
  why: 'Sie erhalten diese E-Mail, weil Sie die Bestellung {order} aufgegeben haben. Wer ein Konto hat, wählt im Profil, welche E-Mails er bekommt.',
  kinds: {
    ORDER_CONFIRMED: {
      subject: 'Ihre Bestellung {order} ist bestätigt',
      text: 'Vielen Dank. Ihre Bestellung {order} ist bezahlt und bestätigt. Wir schreiben Ihnen wieder, wenn sie das Lager verlässt.',
    },
    ORDER_SHIPPED: {
      subject: 'Ihre Bestellung {order} hat das Lager verlassen',
      text: 'Ihre Bestellung {order} ist gepackt und dem Versender übergeben.',
    },
    ORDER_ON_THE_WAY: {
      subject: 'Ihre Bestellung {order} ist unterwegs',
      text: 'Ihre Bestellung {order} ist unterwegs: Der Versender hat das Paket erfasst.',
    },
    ORDER_DELIVERED: {
      subject: 'Ihre Bestellung {order} ist zugestellt',
      text: 'Ihre Bestellung {order} ist zugestellt. Wir hoffen, dass sie Ihnen gefällt.',
    },
    RETURN_REQUESTED: {
      subject: 'Wir haben Ihren Rückgabewunsch zur Bestellung {order}',
      text: 'Wir haben Ihren Wunsch erhalten, Ware aus Ihrer Bestellung {order} zurückzugeben. Eine Erstattung folgt, sobald die Ware angekommen ist.',
    },
    RETURN_DECLINED: {
      subject: 'Ihr Rückgabewunsch zur Bestellung {order} wurde abgelehnt',
      text: 'Es tut uns leid: Ihr Wunsch, Ware aus Ihrer Bestellung {order} zurückzugeben, wurde abgelehnt. Der Grund steht auf der Seite Ihrer Bestellung.',
    },
    RETURN_RECEIVED: {
      subject: 'Ihre Rücksendung zur Bestellung {order} ist angekommen',
      text: 'Was Sie aus Ihrer Bestellung {order} zurückgeschickt haben, ist angekommen. Eine Erstattung dafür folgt.',
    },
    ORDER_REFUNDED: {
      subject: 'Sie erhalten Geld zurück für Ihre Bestellung {order}',
      text: 'Wir haben Ihnen Geld für Ihre Bestellung {order} erstattet, auf dem Weg, auf dem Sie bezahlt haben. Bei einer Karte kann es einige Tage dauern, bis Sie es sehen.',
    },
    ORDER_UNDER_REVIEW: {
      subject: 'Wir prüfen Ihre Bestellung {order}',
      text: 'Ihre Bestellung {order} wird von einem Menschen geprüft, bevor wir sie verschicken. Sie müssen nichts tun.',
    },
    OUT_OF_STOCK: {
      subject: 'Ihre Bestellung {order} war nicht möglich: nicht vorrätig',
      text: 'Es tut uns leid: Etwas aus Ihrer Bestellung {order} ist nicht vorrätig. Die Bestellung ist beendet, und Sie zahlen nichts dafür.',
    },
    PAYMENT_DECLINED: {
      subject: 'Die Zahlung für Ihre Bestellung {order} wurde abgelehnt',
      text: 'Die Zahlung für Ihre Bestellung {order} wurde abgelehnt. Ihre Ware ist noch reserviert: Sie können es noch einmal versuchen, zum Beispiel mit einer anderen Karte.',
    },
    PAYMENT_FAILED: {
      subject: 'Die Zahlung für Ihre Bestellung {order} ist fehlgeschlagen',
      text: 'Die Zahlung für Ihre Bestellung {order} ist fehlgeschlagen. Die Bestellung ist beendet, und vorgemerktes Geld ist wieder frei.',
    },
    ORDER_FAILED: {
      subject: 'Ihre Bestellung {order} konnte nicht ausgeführt werden',
      text: 'Es tut uns leid: Ihre Bestellung {order} konnte nicht ausgeführt werden. Haben Sie schon bezahlt, erhalten Sie Ihr Geld zurück.',
    },
    ORDER_CANCELLED: {
      subject: 'Ihre Bestellung {order} ist storniert',
      text: 'Ihre Bestellung {order} ist wie gewünscht storniert. Haben Sie schon bezahlt, erhalten Sie Ihr Geld zurück.',
    },
    RESERVATION_EXPIRING: {
      subject: 'Ihre Bestellung {order} ist noch nicht bezahlt',
      text: 'Die Ware Ihrer Bestellung {order} ist nur noch wenige Minuten reserviert. Bezahlen Sie jetzt, um sie zu behalten.',
    },
    RESERVATION_EXPIRED: {
      subject: 'Ihre Bestellung {order} wurde nicht rechtzeitig bezahlt',
      text: 'Ihre Bestellung {order} wurde nicht rechtzeitig bezahlt. Sie ist storniert, und die Ware ist nicht mehr reserviert.',
    },
  },
};

export const catalogues: Readonly<Record<Locale, Catalogue>> = { en, de };
