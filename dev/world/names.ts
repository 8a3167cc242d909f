/** People's names by culture, romanised, and the hours their clocks differ from UTC. */
export interface Culture {
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly utcOffsets: readonly number[];
  readonly towns: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

export const CULTURES: readonly Culture[] = [
  {
    given: words(`Ada Maya Owen Ruth Caleb Hazel Theo June Miles Nora Jonah Ivy Dean Clara Wes Tess
      Felix Marnie Gus Lottie Rory Edith Callum Bea Hugh Freya Angus Mabel Silas Dora`),
    family: words(`Whitlock Barrow Finch Calloway Marsh Ellery Thorne Pruitt Hargrove Sutter Vance
      Keane Rudd Ashby Lowell Garrick Penrose Tolliver Wren Haddock Mercer Stroud Bly Kestler`),
    utcOffsets: [-8, -6, -5, 0],
    towns: words("Cleveland Pittsburgh Bristol Leeds Toledo Glasgow Duluth Buffalo Halifax"),
  },
  {
    given: words(`Lucía Mateo Inés Joaquín Valentina Andrés Camila Tomás Renata Emilio Paloma Bruno
      Ximena Rafael Noelia Gael Marisol Iker Abril Nicolás`),
    family: words(`Quiroga Salcedo Ibarra Montalvo Cárdenas Rosales Otero Villalba Zamora Pineda
      Arroyo Beltrán Luján Escobedo Fuentes Maldonado Serrano Ocampo`),
    utcOffsets: [-6, -5, -3, 1],
    towns: words("Oaxaca Rosario Valparaíso Bilbao Medellín Granada Puebla Montevideo"),
  },
  {
    given: words(`Anaïs Bastien Léonie Étienne Margaux Lucien Solène Gaspard Clémence Rémi Odile
      Thibault Amandine Yann Maëlle Corentin`),
    family: words(`Delorme Fabre Roussel Chastain Lemoine Garnier Tessier Bonnard Vasseur Perrin
      Jacquet Morvan Sabatier Guérin`),
    utcOffsets: [-5, 1],
    towns: words("Nantes Grenoble Lyon Québec Brest Lausanne"),
  },
  {
    given: words(`Greta Jannik Liesel Moritz Frieda Torben Annika Lennart Svea Matthis Ronja Henrik
      Ingrid Aksel Sigrid Elin Johan Tuva Nils Kaja`),
    family: words(`Brandt Lindqvist Vogel Østergaard Hartmann Nyström Kessler Dahl Winkler Bergström
      Rasmussen Engel Holm Strand Falk Aalto Krogh Steiner`),
    utcOffsets: [1, 2],
    towns: words("Leipzig Bergen Malmö Aarhus Hamburg Tampere Graz Uppsala"),
  },
  {
    given: words(`Zofia Marek Ludmila Pavel Jadwiga Ondřej Katarzyna Bartek Milena Stefan Irena
      Tomasz Vesna Luka Danica Andrei`),
    family: words(`Kowalczyk Novotný Wójcik Horvat Dvořák Mazur Petrović Sikora Jovanović Zieliński
      Kučera Marin Popescu Babić`),
    utcOffsets: [1, 2, 3],
    towns: words("Kraków Brno Zagreb Gdańsk Cluj Ljubljana Łódź"),
  },
  {
    given: words(`Amara Chidi Zainab Kwame Adaeze Tunde Wanjiru Sefu Nia Themba Lindiwe Kofi Abena
      Jelani Makena Thandi Ayo Ngozi`),
    family: words(`Okafor Mensah Adeyemi Kamau Nkosi Boateng Eze Otieno Dlamini Balogun Asante
      Mwangi Zulu Abubakar Osei Wekesa`),
    utcOffsets: [0, 1, 2, 3],
    towns: words("Lagos Accra Nairobi Durban Kumasi Mombasa Kigali"),
  },
  {
    given: words(`Leila Omar Yasmin Tariq Nour Karim Dalia Sami Rania Faris Elif Emre Deniz Kerem
      Shirin Navid Amal Idris`),
    family: words(`Haddad Mansour Yıldız Farouk Demir Nasser Khalil Aydın Rahimi Saab Çelik Azizi
      Barakat Tahan Kaya Sabbagh`),
    utcOffsets: [2, 3, 4],
    towns: words("Beirut Izmir Alexandria Amman Ankara Tunis Muscat"),
  },
  {
    given: words(`Priya Arjun Meera Rohan Ananya Vikram Kavya Ishaan Nandini Farhan Tanvi Aditya
      Shreya Imran Divya Kabir Anushka Dev`),
    family: words(`Raghavan Mehta Banerjee Qureshi Nair Deshpande Chaudhary Iyer Kulkarni Sethi
      Perera Bhatt Menon Rahman Joshi Ahluwalia`),
    utcOffsets: [5, 5.5, 6],
    towns: words("Pune Kochi Kolkata Lahore Mysuru Colombo Dhaka Jaipur"),
  },
  {
    given: words(`Haruka Ren Yui Sota Mio Kenta Jiho Minseo Hana Seojun Wei Lian Xiaoyu Jun Mei Hao
      Yuna Takumi Linh Minh Thao Duc`),
    family: words(`Tanaka Morikawa Ishida Kobayashi Fujimoto Kwon Park Seo Lim Zhao Liang Xu Deng
      Huang Tran Pham Vo Ngo Ueda Hayashi`),
    utcOffsets: [7, 8, 9],
    towns: words("Osaka Busan Taipei Hanoi Kyoto Chengdu Sapporo Daegu Hue"),
  },
  {
    given: words(`Anahera Tane Mele Sione Kiri Wiremu Putri Bayu Dewi Rizal Marikit Isko Liwayway
      Aroha Leilani Joko`),
    family: words(`Parata Tuilagi Santoso Reyes Ngata Wijaya Bautista Kealoha Pratama Faleolo Dizon
      Hutapea Manalo Rangi`),
    utcOffsets: [7, 8, 10, 12],
    towns: words("Wellington Bandung Cebu Hobart Honolulu Dunedin Suva"),
  },
];

const SPECIAL: Readonly<Record<string, string>> = {
  ø: "o",
  ł: "l",
  ß: "ss",
  ı: "i",
  đ: "d",
  æ: "ae",
  œ: "oe",
};

/** Letters and digits a handle may have. */
export const toHandlePart = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[øłßıđæœ]/g, (letter) => SPECIAL[letter] ?? "")
    .normalize("NFD")
    .replaceAll(/[^a-z0-9]/g, "");
